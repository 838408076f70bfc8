// Drift over a sitting: did the machine get slower, or faster, from the first round of a case to its last? All cases of a
// result are judged together, since one cause moves them all. Pure. The rule: docs/condition.md.
import { METRIC_NAMES, type MetricName } from '../contract/metric-names.js';
import { type CaseResult, okRounds } from '../contract/result.js';
import type { SittingDrift } from '../contract/views/figures.js';
import { METRICS } from './metrics.js';
import { FEWEST_ROUNDS, trendChange, trendP } from './trend.js';

const ALPHA = 0.05;

/** The speeds that people watch. Load and memory do not tell how fast the machine is. */
const WATCHED = METRIC_NAMES.filter((name) => METRICS[name].isWatched);

/** For each case, in the same order, the trend of every metric that has enough rounds for one. */
export function sittingDrifts(cases: readonly CaseResult[]): SittingDrift[][] {
  const series = cases.map((result) =>
    WATCHED.map((metric) => ({ metric, values: inTime(metric, result) })).filter(
      ({ values }) => values.length >= FEWEST_ROUNDS,
    ),
  );
  const p = trendP(series.flat().map(({ values }) => values));
  return series.map((ofCase) =>
    ofCase.map(({ metric, values }) => {
      const adjustedP = p.shift()!;
      const change = trendChange(values);
      const isShown = adjustedP <= ALPHA && Math.abs(change) >= METRICS[metric].minimumEffect;
      return { metric, rounds: values.length, change, adjustedP, isShown };
    }),
  );
}

function inTime(metric: MetricName, result: CaseResult): number[] {
  const rounds = okRounds(result).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  return rounds.flatMap((round) => METRICS[metric].ofRound(round, result) ?? []);
}
