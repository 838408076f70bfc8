// How the rows and columns of a table over several results are named: by no more than what differs. Pure.
import type { TableCell, TableView } from '../contract/views/table.js';
import { caseDimensions } from '../suite/case-id.js';
import { isOptionDimension } from '../suite/option-dimensions.js';
import { dimensionWord, isLength, labelsOf, workloadLabel } from './labels.js';
import { resultTitles } from './result-titles.js';

export interface TableLabels {
  /** What all rows share. */
  shared: string;
  /** Empty where there is nothing to tell a row from others. */
  row(row: TableView['rows'][number]): string;
  columns: string[];
  /** A cell in a sentence: its row, and its column where there are several. */
  cell(cell: TableCell): string;
}

export function tableLabels(view: TableView): TableLabels {
  const { by, columns, rows, notShown } = view;
  const cells = rows.flatMap((row) => row.cells);
  const all = cells.length > 0 ? cells : notShown;
  const labels = labelsOf(all);
  // What is not in the table may differ from it in more.
  const wider = labelsOf([...all, ...notShown]);
  // Columns tell it, or it is an option at its default.
  const isTold = (name: string, { key }: TableCell) =>
    by.includes(name) || (isOptionDimension(name) && (by.includes('option') || !(name in caseDimensions(key))));
  const workloads = new Set(all.map(({ key }) => workloadLabel(key, by)));
  const ofCase = (cell: TableCell) => [
    ...Object.entries((cells.includes(cell) ? labels : wider).values(cell))
      .filter(([name]) => !isTold(name, cell))
      .map(dimensionWord),
    ...(workloads.size > 1 || !cells.includes(cell) ? [workloadLabel(cell.key, by)] : []),
  ];
  const isPerMachine = new Set(rows.map(({ machine }) => machine)).size > 1;
  const titles = columnTitles(view);
  const areSeveral = new Set(all.map(({ column }) => column)).size > 1;
  const shared = [labels.shared, ...(workloads.size === 1 ? [...workloads] : [])].filter((text) => text !== '');
  return {
    shared: shared.join(' · '),
    row: ({ machine, cells }) => [...(isPerMachine ? [machine!] : []), ...ofCase(cells[0]!)].join(' '),
    columns: titles,
    cell(cell) {
      const machine = isPerMachine ? [`on ${cell.machine}`] : [];
      const title = titles[cell.column]!;
      const column = !areSeveral || columns.length < 2 ? [] : by.includes('machine') ? ['on', title] : [title];
      const words = [...ofCase(cell), ...column, ...machine];
      if (words[0] === 'on') words.shift();
      return words.join(' ') || shared.join(' ');
    },
  };
}

function columnTitles({ by, columns }: TableView): string[] {
  if (by.length === 1 && by[0] === 'result') return resultTitles(columns.map(({ results }) => results[0]!));
  return columns.map(({ values }) => Object.entries(values).map(valueWord).join(' '));
}

function valueWord([name, value]: [string, string]): string {
  if (name === 'option') return value;
  return isLength(name) ? `${name} ${value}` : dimensionWord([name, value]);
}
