// The view of `history`: each series with its levels and the steps between them. Pure. The method: docs/history.md.
import type { MetricName } from '../contract/metric-names.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import type { HistoryPoint, HistorySeries, HistoryStep } from '../contract/views/history.js';
import { changePoints, type Step } from './change-points.js';
import { digestSummary } from './digest.js';
import { changedBetween, type Series, type Sitting, seriesOf, toolOf, wentBack } from './history-series.js';
import { METRICS } from './metrics.js';
import { seriesPoint } from './series-noise.js';

/** Five years of nightly runs. The time that finding steps takes grows with the square: 0.03 s for 2,000 points. */
export const MOST_POINTS = 2000;
const ASSUMED_DEVIATION = 0.02;

/** `digests`: the oldest first. */
export function historyView(
  digests: readonly Digest[],
  metrics: readonly MetricName[],
  isWanted: (result: CaseDigest) => boolean,
): HistorySeries[] {
  return seriesOf(digests, metrics, isWanted).map(viewOf);
}

function viewOf({ metric, sittings: all, failed, impossible }: Series): HistorySeries {
  const sittings = all.slice(-MOST_POINTS);
  const { digest, result } = sittings.at(-1)!;
  const { unit, better, sittingSpread, minimumEffect } = METRICS[metric];
  const course = changePoints(
    sittings.map((sitting) => seriesPoint(sitting.result.metrics[metric]!)),
    { prior: sittingSpread ?? ASSUMED_DEVIATION, least: minimumEffect },
  );
  return {
    id: result.id,
    key: result.key,
    machine: digest.machine.id,
    suites: [...new Set(sittings.map((sitting) => sitting.digest.suite.name))],
    ...{ metric, unit, better },
    points: sittings.map((sitting, i) => pointOf(metric, sitting, sittings[i - 1])),
    leftOut: { failed, impossible, older: all.length - sittings.length },
    wentBack: wentBack(sittings),
    deviation: course?.deviation ?? null,
    levels: (course?.levels ?? []).map(({ start, end, value, interval }) => ({
      first: start,
      last: end - 1,
      value,
      interval95: interval,
    })),
    steps: (course?.steps ?? []).map((step) => stepOf(step, sittings, better)),
  };
}

function pointOf(metric: MetricName, sitting: Sitting, before: Sitting | undefined): HistoryPoint {
  const { digest, result } = sitting;
  const { n, median, interval } = digestSummary(metric, result)!;
  return {
    path: digest.path,
    startedAt: digest.startedAt,
    tool: toolOf(sitting),
    value: median,
    interval95: interval,
    rounds: n,
    grades: result.grades,
    changed: before === undefined ? [] : changedBetween(before, sitting),
  };
}

function stepOf(
  { at, change, interval, positions }: Step,
  sittings: readonly Sitting[],
  better: 'higher' | 'lower',
): HistoryStep {
  const [after, by] = [positions[0]! - 1, positions.at(-1)!];
  const own = toolOf(sittings[after]!);
  const between = sittings.slice(after + 1, by + 1).map(toolOf);
  const others = between.filter(({ commit, dirty }) => commit !== own.commit || dirty !== own.dirty);
  return {
    at,
    change,
    interval95: interval,
    direction: change > 0 === (better === 'higher') ? 'better' : 'worse',
    positions,
    after,
    by,
    commits: [
      ...new Set(others.flatMap(({ commit, dirty }) => (commit === null ? [] : [dirty ? `${commit}+` : commit]))),
    ],
    changed: changedBetween(sittings[after]!, sittings[by]!),
  };
}
