// The scores of predictions as a page: how close they came, by machine and by class of device. Pure.
import { PREDICTED_METRICS, type PredictedMetric } from '../contract/prediction.js';
import type { ScorePart, ScoreRow, ScoreSummary, ScoreView } from '../contract/views/score.js';
import { METRICS } from '../stats/metrics.js';
import { count, signedPercent } from './format.js';
import type { Page } from './page.js';

const SHOWN = ['decodeRate', 'prefillRate', 'peakRssBytes'] as const satisfies PredictedMetric[];
/** Rows that are named one by one. */
const MOST_NAMED = 30;

export function scorePage(view: ScoreView): Page {
  const parts = [
    ...view.own.map((part) => ({ name: part.machine, part, stored: part.stored })),
    { name: 'published', part: view.published, stored: null },
  ];
  return {
    heading: ['predictions against what was measured, each made without the model or the architecture that it is for'],
    columns: [
      { key: 'on', title: 'on' },
      { key: 'group', title: 'how, or what' },
      { key: 'n', title: 'cases', align: 'right' },
      ...SHOWN.flatMap((metric) => [
        { key: `${metric}Inside`, title: titleOf(metric), unit: 'inside', align: 'right' as const },
        { key: `${metric}Median`, title: '', unit: 'median', align: 'right' as const },
        { key: `${metric}Largest`, title: '', unit: 'largest', align: 'right' as const },
      ]),
    ],
    rows: parts.flatMap(({ name, part, stored }) => [
      cells(name, `all, without the ${part.leftOut}`, part.summary),
      ...(stored === null ? [] : [cells('', 'as stored before each run', stored)]),
      ...part.byGroup.map(({ group, summary }) => cells('', group, summary)),
    ]),
    notes: parts.flatMap(({ name, part }) => notesOf(name, part)),
    json: view,
    records: parts.flatMap(({ part }) => part.rows.map((row) => record(row, part))),
  };
}

function titleOf(metric: PredictedMetric): string {
  return METRICS[metric].column?.title ?? metric;
}

function cells(on: string, group: string, { n, within, medianError, largest }: ScoreSummary): Record<string, string> {
  const figures = SHOWN.map((metric) => {
    const inside = within[metric];
    return {
      [`${metric}Inside`]: inside === null ? '–' : `${inside.inside} of ${inside.n}`,
      [`${metric}Median`]: signed(medianError[metric]),
      [`${metric}Largest`]: signed(largest[metric]),
    };
  });
  return Object.assign({ on, group, n: count(n) }, ...figures) as Record<string, string>;
}

function signed(error: number | null): string {
  return error === null ? '' : signedPercent(error);
}

function notesOf(name: string, { summary, rows, leftOut }: ScorePart): string[] {
  const limits = SHOWN.flatMap((metric) => {
    const within = summary.within[metric];
    return within === null ? [] : [`${titleOf(metric)} ± ${Math.round(within.limit * 100)} %`];
  });
  const off = rows.filter(({ errors, outlier }) => outlier === null && isOff(errors.decodeRate, summary));
  const outliers = rows.filter(({ outlier }) => outlier !== null);
  return [
    `${name}: inside is ${limits.join(', ')}; errors are measured ÷ predicted − 1, each predicted without its ${leftOut}.`,
    ...off.slice(0, MOST_NAMED).map((row) => `${name}: decode ${signed(row.errors.decodeRate)}: ${rowWords(row)}`),
    ...(outliers.length === 0
      ? []
      : [`${name}: nothing is fitted to ${count(outliers.length)} more, which are known to be odd; -o json says why.`]),
  ];
}

function isOff(error: number | null, { within }: ScoreSummary): boolean {
  return error !== null && within.decodeRate !== null && Math.abs(error) > within.decodeRate.limit;
}

function rowWords({ on, model, workload, note }: ScoreRow): string {
  return `${[model, workload, on].filter((text) => text !== '').join(' · ')}${note === null ? '' : ` (${note})`}`;
}

function record({ on, group, model, family, workload, measured, errors, outlier }: ScoreRow, { leftOut }: ScorePart) {
  const figures = PREDICTED_METRICS.flatMap((metric) => [
    [metric, measured[metric]],
    [`${metric}Error`, errors[metric]],
  ]);
  return {
    on,
    group,
    model,
    family,
    workload,
    leftOut,
    outlier,
    ...Object.fromEntries(figures),
  } as Page['records'][number];
}
