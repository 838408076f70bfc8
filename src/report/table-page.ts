// Several results as one page: rows are cases and their metrics, columns what was asked for. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import type { TableCell, TableView } from '../contract/views/table.js';
import { keyRecord } from './key-record.js';
import type { Page } from './page.js';
import { gridOf } from './table-grid.js';
import { tableLabels } from './table-labels.js';
import { tableNotes } from './table-notes.js';
import { wishNotes } from './wish-text.js';

export function tablePage(view: TableView): Page {
  const labels = tableLabels(view);
  const { columns, rows, by } = view;
  const results = new Set(columns.flatMap(({ results }) => results.map(({ path }) => path))).size;
  return {
    heading: [
      ...(labels.shared === '' ? [] : [labels.shared]),
      `by ${by.join(' and ')} · figures of ${results === 1 ? 'one result' : `${results} results`}`,
    ],
    ...gridOf(view, labels),
    notes: [...wishNotes(view, labels), ...tableNotes(view, labels)],
    json: view,
    records: rows.flatMap(({ cells }) => cells.map((cell) => record(cell, view))),
  };
}

function record(cell: TableCell, { columns, by }: TableView): Page['records'][number] {
  const { results } = columns[cell.column]!;
  const { startedAt, tool } = results.find(({ path }) => path === cell.result)!;
  const flat: Page['records'][number] = {
    ...{ result: cell.result, startedAt, machine: cell.machine, version: tool.version, commit: tool.commit },
    ...{ id: cell.id, ...keyRecord(cell.key) },
    column: by.map((name) => columns[cell.column]!.values[name]).join(' '),
    status: cell.status,
    ...{ isSound: cell.isSound, meets: cell.meets, rounds: cell.rounds, failedRounds: cell.failedRounds },
    ...{ roundsOfGradeC: cell.belowGradeB, older: cell.older },
    ...{ prefillOfCeiling: cell.ofCeiling.prefill, decodeOfCeiling: cell.ofCeiling.decode },
  };
  for (const name of METRIC_NAMES) {
    const summary = cell.metrics[name];
    flat[name] = summary?.median ?? null;
    flat[`${name}Low`] = summary?.interval?.low ?? null;
    flat[`${name}High`] = summary?.interval?.high ?? null;
  }
  return flat;
}
