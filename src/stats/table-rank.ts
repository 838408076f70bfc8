// Which cells of a table meet what is wished, and which is best. What is impossible, or not shown to compute the right
// thing, is never ranked. Pure. The rules: docs/tables.md.
import type { Summary } from '../contract/views/figures.js';
import type { TableCell, TableView } from '../contract/views/table.js';
import { type WishedMetric, wishRow } from '../contract/wishes.js';
import { isEqualWork } from './equal-work.js';
import { METRICS } from './metrics.js';

type Cells = Pick<TableView['rows'][number], 'cells'>;
type Wishes = TableView['wishes'];

export function hasFigures({ rounds, status }: Pick<TableCell, 'rounds' | 'status'>): boolean {
  return rounds > 0 && status !== 'impossible';
}

export function meetsAll(cell: Pick<TableCell, 'rounds' | 'status' | 'metrics'>, wishes: Wishes): TableCell['meets'] {
  if (wishes.length === 0 || cell.status === 'pending') return null;
  if (!hasFigures(cell)) return 'no';
  const answers = wishes.map(({ metric, limit }) => {
    const summary = cell.metrics[metric];
    return summary === undefined ? null : isWithin(summary, wishRow(metric).bound, limit);
  });
  if (answers.includes(null)) return null;
  return answers.includes('no') ? 'no' : answers.includes('not shown') ? 'not shown' : 'yes';
}

/** By the whole 95 % interval. */
function isWithin({ interval, median }: Summary, bound: 'min' | 'max', limit: number): 'yes' | 'no' | 'not shown' {
  const reaches = (value: number) => (bound === 'min' ? value >= limit : value <= limit);
  if (interval === null) return reaches(median) ? 'not shown' : 'no';
  const [worst, best] = bound === 'min' ? [interval.low, interval.high] : [interval.high, interval.low];
  return reaches(worst) ? 'yes' : reaches(best) ? 'not shown' : 'no';
}

function rankable({ cells }: Cells, metric: WishedMetric): TableCell[] {
  return cells.filter(
    (cell) => hasFigures(cell) && cell.isSound && (cell.meets ?? 'yes') === 'yes' && cell.metrics[metric] !== undefined,
  );
}

/** By how much `a` is better than `b`. */
function lead(metric: WishedMetric, a: Summary, b: Summary): number {
  return (METRICS[metric].better === 'higher' ? 1 : -1) * (a.median - b.median);
}

/** Rows by their best cell, those without one last. */
export function inOrder<T extends Cells>(rows: readonly T[], metric: WishedMetric | undefined): T[] {
  if (metric === undefined) return [...rows];
  const best = new Map(
    rows.map((row) => {
      const values = rankable(row, metric).map(({ metrics }) => metrics[metric]!);
      return [row, values.toSorted((a, b) => lead(metric, b, a))[0]];
    }),
  );
  return rows.toSorted((a, b) => {
    const [one, other] = [best.get(a), best.get(b)];
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    return lead(metric, other, one);
  });
}

export function bestOf(rows: readonly Cells[], metric: WishedMetric | undefined): TableView['best'] {
  if (metric === undefined) return null;
  const all = rows.flatMap((own, row) =>
    rankable(own, metric).map((cell) => ({
      cell,
      place: { row, column: cell.column },
      summary: cell.metrics[metric]!,
    })),
  );
  const [first, ...others] = all.toSorted((a, b) => lead(metric, b.summary, a.summary));
  if (first === undefined) return null;
  const tied = others.filter(({ summary }) => isNotShownWorse(metric, first.summary, summary));
  const { key, engineWork } = first.cell;
  const rivals = others
    .map(({ cell }) => cell)
    .filter((cell) => cell.key.model === key.model && cell.key.runtime !== key.runtime);
  const isAtEqualWork = rivals.every((rival) => isEqualWork([engineWork, rival.engineWork]) === true);
  return { metric, place: first.place, notShownWorse: tied.map(({ place }) => place), isAtEqualWork };
}

/** The difference is too small to matter, or the intervals overlap, or there is none. */
function isNotShownWorse(metric: WishedMetric, best: Summary, other: Summary): boolean {
  if (Math.abs(lead(metric, best, other)) < METRICS[metric].minimumEffect * best.median) return true;
  if (best.interval === null || other.interval === null) return true;
  const isHigher = METRICS[metric].better === 'higher';
  return isHigher ? other.interval.high >= best.interval.low : other.interval.low <= best.interval.high;
}
