// The view of several results as one table: in each cell the newest figures, sorted and filtered by what is wished. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import type { CaseDigest, Digest } from '../contract/views/digest.js';
import type { TableCell, TableView } from '../contract/views/table.js';
import { WISHED_METRICS, type WishedMetric } from '../contract/wishes.js';
import { impliedBy } from '../suite/dimensions.js';
import { digestSummary } from './digest.js';
import { groupBy } from './group-by.js';
import { matchLabel } from './pairing.js';
import { columnValue, machineNames, OF_ONE_MACHINE } from './table-columns.js';
import { bestOf, hasFigures, inOrder, meetsAll } from './table-rank.js';

export interface TableOptions {
  by: readonly string[];
  sort?: WishedMetric;
  wishes?: TableView['wishes'];
}

interface Entry {
  digest: Digest;
  result: CaseDigest;
  machine: string;
  values: string[];
}

/** A row with the entries that its cells were made of. */
type Row = TableView['rows'][number] & { entries: Entry[] };

/** `digests`: the oldest first. */
export function tableView(digests: readonly Digest[], { by, sort, wishes = [] }: TableOptions): TableView {
  const entries = entriesOf(digests, by);
  const columns = columnsOf(entries, by);
  const isPerMachine = by.some((name) => OF_ONE_MACHINE.includes(name));
  const withMachine = !isPerMachine && new Set(entries.map(({ machine }) => machine)).size > 1;
  const groups = groupBy(entries, ({ result, machine }) =>
    JSON.stringify([withMachine ? machine : null, matchLabel(result, ignored(by))]),
  );
  const all = [...groups.values()].map((group): Row => {
    const chosen = cellsOf(group, columns, wishes);
    return {
      machine: withMachine ? group[0]!.machine : null,
      cells: chosen.map(({ cell }) => cell),
      entries: chosen.map(({ entry }) => entry),
    };
  });
  const isWanted = ({ cells }: Row) => wishes.length === 0 || cells.some(({ meets }) => meets === 'yes');
  const rows = inOrder(all.filter(isWanted), sort);
  const cells = all.flatMap((row) => row.cells);
  const count = (meets: TableCell['meets']) => cells.filter((cell) => cell.meets === meets).length;
  return {
    by: [...by],
    columns: columns.map(({ values }, column) => ({ values, results: resultsIn(all, column) })),
    rows: rows.map(({ machine, cells }) => ({ machine, cells })),
    sort: sort ?? null,
    wishes: [...wishes],
    counts: wishes.length === 0 ? null : { yes: count('yes'), no: count('no'), 'not shown': count('not shown') },
    rowsLeftOut: all.length - rows.length,
    notShown: cells.filter(({ meets }) => meets === 'not shown'),
    best: bestOf(rows, sort ?? WISHED_METRICS.find((metric) => wishes.some((wish) => wish.metric === metric))),
    otherwiseDifferent: otherwiseDifferent(rows, by),
  };
}

function entriesOf(digests: readonly Digest[], by: readonly string[]): Entry[] {
  const machineOf = machineNames();
  const readers = by.map((name) => columnValue(name, machineOf));
  return digests.flatMap((digest) =>
    digest.cases.map((result) => ({
      ...{ digest, result, machine: machineOf(digest.machine) },
      values: readers.map((read) => read(digest, result)),
    })),
  );
}

interface TableColumn {
  id: string;
  values: Record<string, string>;
}

const naturally = new Intl.Collator('en', { numeric: true });

/** By their values; results by their start. */
function columnsOf(entries: readonly Entry[], by: readonly string[]): TableColumn[] {
  const all = [...new Map(entries.map(({ values }) => [JSON.stringify(values), values]))];
  const sorted = by.includes('result') ? all : all.toSorted(([, a], [, b]) => naturally.compare(a.join(), b.join()));
  return sorted.map(([id, values]) => ({ id, values: Object.fromEntries(by.map((name, i) => [name, values[i]!])) }));
}

/** What matchLabel leaves out of the name of a row. */
function ignored(by: readonly string[]): string[] {
  return by.map((name) => (name === 'option' ? 'options' : name));
}

function cellsOf(group: readonly Entry[], columns: readonly TableColumn[], wishes: TableView['wishes']) {
  const byColumn = groupBy(group, ({ values }) => JSON.stringify(values));
  return columns.flatMap(({ id }, column) => {
    const candidates = byColumn.get(id) ?? [];
    const entry = candidates.findLast(({ result }) => hasFigures(result)) ?? candidates.at(-1);
    return entry === undefined ? [] : [{ entry, cell: cellOf(column, entry, candidates, wishes) }];
  });
}

/** `candidates`: all results that have the cell, the oldest first. */
function cellOf(
  column: number,
  { digest, result, machine }: Entry,
  candidates: readonly Entry[],
  wishes: TableView['wishes'],
): TableCell {
  const { id, key, status, isSound, rounds, failedRounds, grades, ofCeiling, engineWork } = result;
  const figures = METRIC_NAMES.flatMap((name) => {
    const summary = digestSummary(name, result);
    return summary === null ? [] : [[name, summary] as const];
  });
  const metrics: TableCell['metrics'] = Object.fromEntries(figures);
  const others = candidates.filter((other) => other.result.status !== 'pending');
  return {
    ...{ column, machine, result: digest.path, id, key, status, isSound, engineWork, rounds, failedRounds },
    belowGradeB: grades.C ?? 0,
    metrics,
    ofCeiling,
    older: others.filter((other) => other.digest.startedAt < digest.startedAt && hasFigures(other.result)).length,
    withoutFigures: others
      .filter((other) => other.digest.startedAt > digest.startedAt)
      .map(({ digest }) => digest.path),
    meets: meetsAll({ rounds, status, metrics }, wishes),
  };
}

function otherwiseDifferent(rows: readonly Row[], by: readonly string[]): TableView['otherwiseDifferent'] {
  const implied = new Set([...by, ...impliedBy(by)]);
  const names = ['weights', 'graph', 'runtimeVersion', 'options', 'workload'] as const;
  const isDiffering = ({ entries }: Row, name: (typeof names)[number]) =>
    new Set(entries.flatMap(({ result }) => result.identity?.[name] ?? [])).size > 1;
  return names
    .filter((name) => !implied.has(name))
    .map((name) => ({ identity: name, rows: rows.flatMap((row, at) => (isDiffering(row, name) ? [at] : [])) }))
    .filter(({ rows }) => rows.length > 0);
}

function resultsIn(rows: readonly Row[], column: number): TableView['columns'][number]['results'] {
  const digests = rows.flatMap(({ cells, entries }) => {
    const at = cells.findIndex((cell) => cell.column === column);
    return at < 0 ? [] : [entries[at]!.digest];
  });
  return [...new Set(digests)]
    .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .map(({ path, startedAt, machine, tool, engines }) => ({ path, startedAt, machine: machine.id, tool, engines }));
}
