// Histories as a page: a row for each series with its line of blocks, or one series point by point; below it each step of a
// level. Careful words: a level moved, between two commits; nobody knows which. Pure.
import type { HistorySeries, HistoryStep } from '../contract/views/history.js';
import { FEWEST_POINTS } from '../stats/change-points.js';
import { MOST_POINTS } from '../stats/history-view.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { count, measured, plural, signedPercent, unitLabel } from './format.js';
import { historyPoints, historyRecords } from './history-points.js';
import { changedWords, movedWords } from './history-words.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import type { Page } from './page.js';
import { sparkline } from './sparkline.js';

/** The newest; all of them are in the other forms of output. */
const MOST_STEPS = 20;

export function historyPage(all: readonly HistorySeries[]): Page {
  const labels = labelsOf(all);
  const single = all.length === 1 ? all[0]! : null;
  const areMany = (of: (series: HistorySeries) => string) => new Set(all.map(of)).size > 1;
  const columns = {
    machine: areMany(({ machine }) => machine),
    suite: areMany(({ suites }) => suites.join(' ')),
  };
  const heading = [
    labels.shared,
    ...(columns.machine ? [] : [all[0]!.machine]),
    ...(single === null ? [] : [caseLabel(labels, single), METRICS[single.metric].title]),
  ];
  return {
    heading: [heading.join(' · '), ...(single === null ? [] : [sparkline(single.points.map(({ value }) => value))])],
    ...(single === null ? overview(all, labels, columns) : historyPoints(single)),
    notes: notesOf(all, (series) => nameOf(series, labels, columns)),
    json: all,
    records: all.flatMap(historyRecords),
  };
}

type Shown = { machine: boolean; suite: boolean };

function overview(all: readonly HistorySeries[], labels: Labels, shown: Shown): Pick<Page, 'columns' | 'rows'> {
  return {
    columns: [
      { key: 'case', title: 'case' },
      ...(shown.machine ? [{ key: 'machine', title: 'machine' }] : []),
      ...(shown.suite ? [{ key: 'suite', title: 'suite' }] : []),
      { key: 'metric', title: 'metric' },
      { key: 'points', title: 'points', align: 'right' },
      { key: 'dates', title: 'dates' },
      { key: 'latest', title: 'latest', align: 'right' },
      { key: 'unit', title: 'unit' },
      { key: 'line', title: 'course' },
      { key: 'moved', title: 'level moved' },
    ],
    rows: all.map((series) => {
      const [first, last] = [series.points[0]!, series.points.at(-1)!];
      return {
        case: caseLabel(labels, series),
        machine: series.machine,
        suite: series.suites.join(' '),
        metric: METRICS[series.metric].title,
        points: count(series.points.length),
        dates: dates(first.startedAt, last.startedAt),
        latest: measured({ median: last.value, interval: last.interval95 }, series),
        unit: unitLabel(series),
        line: sparkline(series.points.map(({ value }) => value)),
        moved: lastStep(series),
      };
    }),
  };
}

function dates(first: string, last: string): string {
  const [from, to] = [first.slice(0, 10), last.slice(0, 10)];
  return from === to ? from : `${from} to ${to}`;
}

function lastStep({ steps, points }: HistorySeries): string {
  if (points.length < FEWEST_POINTS) return 'too few points';
  const step = steps.at(-1);
  if (step === undefined) return '~';
  const earlier = steps.length > 1 ? `, ${steps.length - 1} earlier` : '';
  return `${signedPercent(step.change)} ${points[step.at]!.startedAt.slice(0, 10)}${earlier}`;
}

function nameOf(series: HistorySeries, labels: Labels, shown: Shown): string {
  const { machine, suites, metric } = series;
  return [
    caseLabel(labels, series),
    ...(shown.machine ? [machine] : []),
    ...(shown.suite ? [suites.join(' ')] : []),
    METRICS[metric].title,
  ].join(', ');
}

function notesOf(all: readonly HistorySeries[], name: (series: HistorySeries) => string): string[] {
  const steps = all
    .flatMap((series) => series.steps.map((step) => ({ series, step, at: series.points[step.at]!.startedAt })))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  const short = all.filter(({ points }) => points.length < FEWEST_POINTS).length;
  const back = all.filter(({ wentBack }) => wentBack).length;
  const leftOut = (what: keyof HistorySeries['leftOut']) => all.reduce((sum, series) => sum + series.leftOut[what], 0);
  const [failed, impossible, older] = [leftOut('failed'), leftOut('impossible'), leftOut('older')];
  return present(
    ...steps.slice(0, MOST_STEPS).map(({ series, step }) => `${name(series)}: ${stepWords(series, step)}`),
    steps.length > MOST_STEPS && `${plural(steps.length - MOST_STEPS, 'older step')}: -o json, or name a case.`,
    steps.length > 0 &&
      'A level that moved is not a commit that did it: machines drift, too, and a drift looks like steps (docs/history.md). To see whether a commit did, measure both in one sitting: edgeproof regress --confirm.',
    steps.length === 0 && short < all.length && 'No level moved by more than noise explains and as much as matters.',
    short > 0 &&
      `${short} of ${count(all.length)} series ${short === 1 ? 'has' : 'have'} fewer than ${FEWEST_POINTS} points, too few to tell a step; compare takes two results.`,
    failed > 0 && `${plural(failed, 'point')} missing, since no round succeeded.`,
    impossible > 0 && `${plural(impossible, 'point')} left out, faster than the machine can be.`,
    back > 0 &&
      `Weights, graph or options changed and changed back${all.length > 1 ? ` in ${back} of ${count(all.length)} series` : ''}: points of several states are in one series.`,
    older > 0 && `${plural(older, 'older point')} left out: a series has the newest ${count(MOST_POINTS)}.`,
    all.length > 1 && 'Name one case to see its points: edgeproof history "<words of its label>" --metric <name>.',
  );
}

function stepWords(series: HistorySeries, step: HistoryStep): string {
  const { low, high } = step.interval95;
  const limits = [low, high].map((limit) => signedPercent(limit).replace(' %', '')).join(' to ');
  const changed = step.changed.length === 0 ? '' : `; meanwhile changed: ${changedWords(step.changed)}`;
  return `level moved ${signedPercent(step.change)} (${limits}), ${step.direction}, ${movedWords(series, step)}${changed}`;
}
