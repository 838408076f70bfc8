// Paired rounds as a page: each figure with what the pairs decide, below it what was dropped and what the words mean. Pure.
import type { DroppedPairs, PairedFigure, PairsView } from '../contract/views/pairs.js';
import { METRICS } from '../stats/metrics.js';
import { FEWEST_PAIRS } from '../stats/pairs.js';
import { present } from '../stats/present.js';
import { measured, plural, signedPercent, unitLabel } from './format.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import type { Page } from './page.js';

export function pairsPage(view: PairsView): Page {
  const labels = labelsOf([...view.figures, ...view.dropped]);
  return {
    heading: [
      `baseline   ${view.baseline}`,
      `candidate  ${view.candidate}`,
      `cases      ${labels.shared} · pairs of rounds of one sitting`,
    ],
    columns: [
      { key: 'case', title: 'case' },
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'baseline', align: 'right' },
      { key: 'candidate', title: 'candidate', align: 'right' },
      { key: 'pairs', title: 'pairs', align: 'right' },
      { key: 'change', title: 'change', align: 'right' },
      { key: 'slower', title: 'slower by', align: 'right' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows: view.figures.map((figure) => row(figure, labels)),
    notes: notesOf(view, labels),
    json: view,
    records: view.figures.map(({ id, metric, baseline, candidate, pairs, change, slowdown, ...rest }) => ({
      ...{ id, metric, baseline, candidate, pairs },
      change: change?.estimate ?? null,
      changeLow: change?.lower ?? null,
      changeHigh: change?.upper ?? null,
      slowdownLow: slowdown?.lower ?? null,
      slowdownHigh: slowdown?.upper ?? null,
      ...{ margin: rest.margin, adjustedP: rest.adjustedP, outcome: rest.outcome },
    })),
  };
}

function row(
  { key, metric, baseline, candidate, pairs, change, slowdown, margin, outcome, adjustedP }: PairedFigure,
  labels: Labels,
) {
  const metricRow = METRICS[metric];
  const value = (median: number | null) => (median === null ? '' : measured({ median, interval: null }, metricRow));
  const limit = (ratio: number) => (ratio * 100).toFixed(1).replace('-', '−');
  return {
    case: caseLabel(labels, { key }),
    metric: metricRow.title,
    unit: unitLabel(metricRow),
    baseline: value(baseline),
    candidate: value(candidate),
    pairs: `${pairs}`,
    change: change === null ? '' : signedPercent(change.estimate),
    slower: slowdown === null ? '' : `${limit(slowdown.lower)} to ${limit(slowdown.upper)} %`,
    outcome: `${outcome} (${outcome === 'worse' ? `p=${adjustedP.toFixed(3)}, ` : ''}margin ${percent(margin)})`,
  };
}

function notesOf({ figures, dropped, otherTokens }: PairsView, labels: Labels): string[] {
  const number = (outcome: PairedFigure['outcome']) => figures.filter((figure) => figure.outcome === outcome).length;
  const [worse, open] = [number('worse'), number('not shown')];
  const all = plural(figures.length, 'figure');
  const summary =
    figures.length === 0
      ? 'No pair gave a figure.'
      : worse > 0
        ? `Worse: ${worse} of ${all}.`
        : open > 0
          ? `Not shown: ${open} of ${all} may be slower by the margin or more. This is not a pass.`
          : `Pass: a slowdown by the margin is excluded for ${figures.length === 1 ? 'the figure' : `all ${all}`}.`;
  return present(
    summary,
    'slower by: one-sided limits of 95 % each; below 0 is faster (docs/comparison.md).',
    figures.some(({ pairs }) => pairs < FEWEST_PAIRS) && `Limits take ${FEWEST_PAIRS} pairs or more.`,
    ...dropped.map((entry) => droppedNote(entry, labels)),
    ...otherTokens.map((id) => {
      const known = [...figures, ...dropped].find((entry) => entry.id === id);
      const name = known === undefined ? id : caseLabel(labels, known);
      return `generated tokens differ: ${name} is not the same computation on both sides`;
    }),
  );
}

function droppedNote(
  { key, baselineFailed, candidateFailed, grade, firstFailure }: DroppedPairs,
  labels: Labels,
): string {
  const causes = present(
    candidateFailed > 0 && `${plural(candidateFailed, 'round')} of the candidate failed`,
    baselineFailed > 0 && `${plural(baselineFailed, 'round')} of the baseline failed`,
    grade > 0 && `${plural(grade, 'pair')} had a round of a worse grade`,
  );
  const first = firstFailure === null ? '' : `\n  the first failure: ${firstFailure}`;
  return `pairs dropped: ${caseLabel(labels, { key })}: ${causes.join(', ')}${first}`;
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}
