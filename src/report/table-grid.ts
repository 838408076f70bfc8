// The grid of a table over several results: a line for each metric of a row, or, where there is one column only, a line for
// each row and a column for each metric. Pure.
import type { MetricName } from '../contract/metric-names.js';
import type { TableCell, TableView } from '../contract/views/table.js';
import { METRICS, TABLED_METRICS } from '../stats/metrics.js';
import { hasFigures } from '../stats/table-rank.js';
import { shareText } from './ceiling-notes.js';
import { measured, unitLabel } from './format.js';
import type { Column, Page } from './page.js';
import type { TableLabels } from './table-labels.js';

type Grid = Pick<Page, 'columns' | 'rows'>;

/** A line of the grid across columns, or a column of it. */
interface Figure {
  key: string;
  metric: string;
  unit: string;
  text(cell: TableCell): string;
}

export function gridOf(view: TableView, labels: TableLabels): Grid {
  const { columns, rows } = view;
  const isFilled = (at: number) => rows.some(({ cells }) => cells.some(({ column }) => column === at));
  const filled = columns.flatMap((_, at) => (isFilled(at) ? [at] : []));
  const isNamed = rows.some((row) => labels.row(row) !== '');
  const caseColumn: Column[] = isNamed ? [{ key: 'case', title: 'case' }] : [];
  if (filled.length === 1 && isNamed) return listed(view, labels, caseColumn);
  return {
    columns: [
      ...caseColumn,
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      ...filled.map((at): Column => ({ key: `${at}`, title: labels.columns[at]!, align: 'right' })),
    ],
    rows: rows.flatMap((row) => lines(row, view, labels)),
  };
}

function listed(view: TableView, labels: TableLabels, caseColumn: Column[]): Grid {
  const { rows } = view;
  const figures = figuresOf(rows.flatMap(({ cells }) => cells).filter(isShown), view);
  const isAnyWithout = rows.some(({ cells }) => !isShown(cells[0]!));
  return {
    columns: [
      ...caseColumn,
      ...figures.map(({ key, metric, unit }): Column => {
        const isShare = metric === '';
        return { key, title: isShare ? unit : metric, ...(isShare ? {} : { unit }), align: 'right' };
      }),
      ...(isAnyWithout ? [{ key: 'status', title: 'status' }] : []),
    ],
    rows: rows.map((row) => {
      const cell = row.cells[0]!;
      const texts = isShown(cell) ? figures.map(({ key, text }) => [key, text(cell)]) : [['status', cell.status]];
      return { case: labels.row(row), ...Object.fromEntries(texts) };
    }),
  };
}

function lines(row: TableView['rows'][number], view: TableView, labels: TableLabels): Page['rows'] {
  const shown = row.cells.filter(isShown);
  const [first = { metric: '', unit: '' }, ...others] = figuresOf(shown, view).map(({ metric, unit, text }) => ({
    ...{ metric, unit },
    ...Object.fromEntries(shown.map((cell) => [cell.column, text(cell)])),
  }));
  const instead = row.cells
    .filter((cell) => !isShown(cell))
    .map((cell) => [cell.column, hasFigures(cell) ? '–' : cell.status]);
  return [{ ...first, case: labels.row(row), ...Object.fromEntries(instead) }, ...others];
}

/** Figures that do not meet what is wished are not shown. */
function isShown(cell: TableCell): boolean {
  return hasFigures(cell) && (cell.meets ?? 'yes') === 'yes';
}

/** What is known of any of the cells, what was asked for first. */
function figuresOf(cells: readonly TableCell[], { sort, wishes }: TableView): Figure[] {
  const asked: MetricName[] = [...(sort === null ? [] : [sort]), ...wishes.map(({ metric }) => metric)];
  const names = [...new Set([...asked, ...TABLED_METRICS])];
  return [
    ...names
      .filter((name) => cells.some(({ metrics }) => metrics[name] !== undefined))
      .flatMap((name) => ofMetric(name, cells)),
    ...(cells.some(({ belowGradeB }) => belowGradeB > 0) ? [BUSY] : []),
  ];
}

const BUSY: Figure = {
  ...{ key: 'busy', metric: 'grade C', unit: 'rounds' },
  text: ({ belowGradeB, rounds }) => (belowGradeB > 0 ? `${belowGradeB} of ${rounds}` : ''),
};

/** A metric, and its share of the ceiling where any is known. */
function ofMetric(name: MetricName, cells: readonly TableCell[]): Figure[] {
  const metric = METRICS[name];
  const phase = metric.ceiling;
  const share = ({ ofCeiling }: TableCell) => (phase === undefined ? null : ofCeiling[phase]);
  const figure: Figure = {
    ...{ key: name, metric: metric.column?.title ?? metric.title, unit: unitLabel(metric) },
    text: ({ metrics }) => (metrics[name] === undefined ? '' : measured(metrics[name], metric)),
  };
  const ofCeiling: Figure = {
    ...{ key: `${name}Share`, metric: '', unit: 'of ceiling' },
    text(cell) {
      const own = share(cell);
      return own === null ? '' : shareText({ share: own });
    },
  };
  return cells.some((cell) => share(cell) !== null) ? [figure, ofCeiling] : [figure];
}
