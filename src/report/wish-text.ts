// What was wished of results and what meets it, in a sentence. Pure.
import { sizeWord } from '../contract/limit-text.js';
import type { TableCell, TablePlace, TableView } from '../contract/views/table.js';
import { type WishedMetric, wishRow } from '../contract/wishes.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { count, duration, measured, plural, unitLabel } from './format.js';
import type { TableLabels } from './table-labels.js';

const MOST_NAMED = 5;

export function wishNotes(view: TableView, labels: TableLabels): string[] {
  const { counts, notShown, rowsLeftOut, rows } = view;
  const blanks = rows.some(({ cells }) => cells.some(({ meets }) => meets === 'no' || meets === 'not shown'));
  return present(
    counts === null ? bestSentence(view, labels) : wishSentence(view, labels),
    tiedNote(view, labels),
    view.best?.isAtEqualWork === false &&
      'Not ranked at equal work: runtimes of the same model differ in bits a weight, KV cache or prompts, or do not tell (docs/metrics.md).',
    busyNote(view),
    notShown.length > 0 &&
      `Not shown, because the 95 % interval lies on both sides of a limit or there is none: ${named(notShown, (cell) => cellText(view, cell, labels))}.`,
    rowsLeftOut > 0 && `Left out: ${plural(rowsLeftOut, 'row')} in which nothing meets it.`,
    blanks && '–: does not meet it, or is not shown to.',
  );
}

function wishSentence({ counts, wishes, best, rows }: TableView, labels: TableLabels): string {
  const { yes } = counts!;
  const of = yes + counts!.no + counts!['not shown'];
  const isOne = yes === 1 || yes === 0;
  const asked = wishes.map(({ metric, limit }) => {
    const { verb, object } = wishRow(metric);
    return `${verb}${isOne ? 's' : ''} ${object(limitText(metric, limit))}`;
  });
  const claim = `${yes === 0 ? 'None' : count(yes)} of ${count(of)} ${of === 1 ? 'case' : 'cases'} ${asked.join(' and ')}`;
  if (best === null) return `${claim}.`;
  const { metric, place } = best;
  const cell = cellAt(rows, place);
  return `${claim}: ${yes === 1 ? '' : `${wishRow(metric).best} is `}${labels.cell(cell)}, ${figure(cell, metric)}.`;
}

/** Where rows are sorted and nothing is asked. */
function bestSentence({ best, rows }: TableView, labels: TableLabels): string | null {
  if (best === null) return null;
  const { metric, place } = best;
  const cell = cellAt(rows, place);
  const { best: word } = wishRow(metric);
  return `By ${METRICS[metric].title}, ${word} is ${labels.cell(cell)}, ${figure(cell, metric)}.`;
}

function tiedNote({ best, rows }: TableView, labels: TableLabels): string | null {
  if (best === null || best.notShownWorse.length === 0) return null;
  const tied = best.notShownWorse.map((place) => cellAt(rows, place));
  return `Not shown to be worse: ${named(tied, (cell) => `${labels.cell(cell)} (${figure(cell, best.metric)})`)}.`;
}

function busyNote({ best, rows }: TableView): string | null {
  const cell = best === null ? null : cellAt(rows, best.place);
  return cell === null || cell.belowGradeB < cell.rounds
    ? null
    : 'The machine was busy in every round of it (grade C): measure again before you quote this.';
}

function cellText({ wishes }: TableView, cell: TableCell, labels: TableLabels): string {
  return `${labels.cell(cell)} (${wishes.map(({ metric }) => figure(cell, metric)).join(', ')})`;
}

function figure({ metrics }: TableCell, metric: WishedMetric): string {
  const row = METRICS[metric];
  return `${measured(metrics[metric]!, row)} ${unitLabel(row)}`;
}

function cellAt(rows: TableView['rows'], { row, column }: TablePlace): TableCell {
  return rows[row]!.cells.find((cell) => cell.column === column)!;
}

/** The first few, with how many there are beyond. */
export function named<T>(values: readonly T[], words: (value: T) => string): string {
  const more = values.length - MOST_NAMED;
  return `${values.slice(0, MOST_NAMED).map(words).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

function limitText(metric: WishedMetric, limit: number): string {
  const { unit } = METRICS[metric];
  if (unit === 'bytes') return sizeWord(limit).replace(/(?=[A-Za-z])(?<=\d)/, ' ');
  return unit === 'ms' ? duration(limit) : `${limit} ${unit}`;
}
