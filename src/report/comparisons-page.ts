// Several candidates against one baseline as a page: a row for each figure, a column for each candidate. Pure.
import type { MetricName } from '../contract/metric-names.js';
import type { CaseComparison, ComparisonsView, MetricChange } from '../contract/views/compare.js';
import { groupBy } from '../stats/group-by.js';
import { COMPARED_METRICS, METRICS } from '../stats/metrics.js';
import { comparisonPage, describeSide, SHOWN } from './comparison-page.js';
import { measured, signedPercent, unitLabel } from './format.js';
import { caseLabel, labelsOf } from './labels.js';
import { meanCell } from './mean-notes.js';
import type { Column, Page } from './page.js';
import { resultTitles } from './result-titles.js';

export function comparisonsPage(view: ComparisonsView): Page {
  const { comparisons, cases } = view;
  const [{ baseline, sides }] = comparisons as [ComparisonsView['comparisons'][number]];
  const titles = resultTitles(comparisons.map(({ sides }) => sides.candidate));
  const labels = labelsOf(cases);
  const widest = Math.max('baseline'.length, ...titles.map(({ length }) => length));
  const lines = comparisons.map(
    ({ candidate, sides }, i) => `${titles[i]!.padEnd(widest)}  ${describeSide(candidate, sides.candidate)}`,
  );
  const rows = cases.flatMap((own) => {
    const name = caseLabel(labels, own);
    const entries = comparisons.map((one) => one.cases.find((entry) => isOf(entry, own.id)));
    return figuresOf(entries).map((metric, i) => ({ case: i === 0 ? name : '', ...row(metric, entries) }));
  });
  return {
    heading: [
      `${'baseline'.padEnd(widest)}  ${describeSide(baseline, sides.baseline)}`,
      ...lines,
      `${'cases'.padEnd(widest)}  ${labels.shared}`,
    ],
    columns: [
      { key: 'case', title: 'case' },
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'baseline', align: 'right' },
      ...titles.map((title, i): Column => ({ key: `${i}`, title, align: 'right' })),
    ],
    rows: [...rows, ...meanRows(view)],
    notes: [...notesOf(view, titles), familyNote(comparisons.length)],
    json: view,
    records: comparisons.flatMap((one) =>
      comparisonPage(one).records.map((record) => ({ candidatePath: one.candidate, ...record })),
    ),
  };
}

type Entry = CaseComparison | undefined;

function isOf(entry: CaseComparison, id: string): boolean {
  return (entry.status === 'compared' ? entry.partner : entry.id) === id;
}

function changeOf(entry: Entry, metric: MetricName): MetricChange | undefined {
  return entry?.status === 'compared' ? entry.changes.find((change) => change.metric === metric) : undefined;
}

/** Without those that are another in another unit. */
function figuresOf(entries: readonly Entry[]): MetricName[] {
  return COMPARED_METRICS.filter((metric) =>
    entries.some((entry) => changeOf(entry, metric) !== undefined && changeOf(entry, metric)!.sameAs === null),
  );
}

function row(metric: MetricName, entries: readonly Entry[]): Page['rows'][number] {
  const changes = entries.map((entry) => changeOf(entry, metric));
  const baseline = changes.find((change) => change !== undefined)!.baseline;
  return {
    ...{
      metric: METRICS[metric].title,
      unit: unitLabel(METRICS[metric]),
      baseline: measured(baseline, METRICS[metric]),
    },
    ...Object.fromEntries(changes.map((change, i) => [i, cellText(change, entries[i])])),
  };
}

function cellText(change: MetricChange | undefined, entry: Entry): string {
  if (change === undefined) return entry === undefined || entry.status === 'compared' ? '' : entry.status;
  const { outcome } = change;
  if (SHOWN.has(outcome)) return `${signedPercent(change.change)} ${WORDS[outcome] ?? outcome}`;
  return outcome === 'too few rounds' ? outcome : '~';
}

const WORDS: Partial<Record<MetricChange['outcome'], string>> = { 'within sitting spread': 'within sittings' };

function meanRows({ means, comparisons }: ComparisonsView): Page['rows'] {
  const all = means.flat();
  const cases = Math.max(0, ...all.map(({ cases }) => cases));
  const metrics = COMPARED_METRICS.filter((metric) => all.some((mean) => mean.metric === metric));
  return metrics.map((metric, at) => {
    const cells = comparisons.map((_, i) => {
      const mean = means[i]!.find((one) => one.metric === metric);
      return [i, mean === undefined ? '' : meanCell(mean)];
    });
    return {
      case: at === 0 ? `geometric mean of ${cases} cases` : '',
      metric: METRICS[metric].title,
      ...Object.fromEntries(cells),
    };
  });
}

/** What is said of all candidates, once; then of each. */
function notesOf({ comparisons }: ComparisonsView, titles: readonly string[]): string[] {
  const notes = comparisons.flatMap((one, i) =>
    comparisonPage({ ...one, means: [] }).notes.map((note) => ({ note, title: titles[i]! })),
  );
  return [...groupBy(notes, ({ note }) => note)].map(([note, same]) =>
    same.length === comparisons.length ? note : `${same.map(({ title }) => title).join(', ')}: ${note}`,
  );
}

function familyNote(candidates: number): string {
  return `${candidates} candidates are one family of tests: each counts at p ≤ 0.05 ÷ ${candidates}, p is printed × ${candidates} (docs/comparison.md).`;
}
