// What stands below a table over several results: what failed or may not be ranked, what else differs, where figures are from. Pure.
import { isForeign } from '../contract/runtimes.js';
import type { TableCell, TableView } from '../contract/views/table.js';
import { groupBy } from '../stats/group-by.js';
import { present } from '../stats/present.js';
import { MOST_UNCERTAIN } from '../stats/show.js';
import { relativeHalfWidth } from '../stats/summary.js';
import { hasFigures } from '../stats/table-rank.js';
import { count, plural } from './format.js';
import type { TableLabels } from './table-labels.js';
import { named } from './wish-text.js';

export function tableNotes(view: TableView, labels: TableLabels): string[] {
  const cells = view.rows.flatMap((row) => row.cells);
  const older = cells.reduce((sum, cell) => sum + cell.older, 0);
  const uncertain = cells.filter(isUncertain);
  const list = (wanted: readonly TableCell[]) => named(wanted, labels.cell);
  const note = (words: string, wanted: readonly TableCell[]) => wanted.length > 0 && `${words}: ${list(wanted)}.`;
  return present(
    note(
      'Failed, without a figure',
      cells.filter(({ rounds, status }) => rounds === 0 && status === 'failed'),
    ),
    note(
      'Failed in some rounds',
      cells.filter(({ rounds, failedRounds }) => rounds > 0 && failedRounds > 0),
    ),
    note(
      'Not measured yet',
      cells.filter(({ rounds, status }) => rounds === 0 && status === 'pending'),
    ),
    note(
      'Impossible, above what the machine can do',
      cells.filter(({ status }) => status === 'impossible'),
    ),
    note(
      'Not ranked, because other tokens came out than from the reference, or nothing shows that the whole prompt was read',
      cells.filter((cell) => hasFigures(cell) && !cell.isSound),
    ),
    note(
      'Measured by another benchmark and imported',
      cells.filter(({ key }) => isForeign(key.runtime)),
    ),
    ...cells.filter(({ withoutFigures }) => withoutFigures.length > 0).map((cell) => laterNote(cell, labels)),
    ...[...groupBy(view.otherwiseDifferent, ({ rows }) => rows.join())].map(([, alike]) =>
      differenceNote(alike, view, labels),
    ),
    weightsNote(cells, labels),
    note(`Decode rates that are uncertain by more than ${MOST_UNCERTAIN * 100} %`, uncertain),
    ...view.columns.flatMap(({ results }, at) => sourceNote(results, labels.columns[at]!)),
    older > 0 &&
      `The newest figures count; ${plural(older, 'older one')} of the same cells ${older === 1 ? 'is' : 'are'} not shown.`,
    cells.some(({ metrics }) => Object.values(metrics).some(({ n }) => n > 1)) &&
      '± is half the 95 % interval over rounds (docs/metrics.md); sittings differ by more (docs/comparison.md).',
  );
}

function isUncertain({ metrics: { decodeRate }, key }: TableCell): boolean {
  return decodeRate !== undefined && key.workload.kind === 'generate' && relativeHalfWidth(decodeRate) > MOST_UNCERTAIN;
}

function laterNote(cell: TableCell, labels: TableLabels): string {
  const times = cell.withoutFigures.length;
  const name = labels.cell(cell);
  return `${name}: figures are from ${cell.result}; ${times === 1 ? 'a later run has' : `${count(times)} later runs have`} none (${named(cell.withoutFigures, (path) => path)}).`;
}

/** `alike`: what differs in the same rows. */
function differenceNote(alike: TableView['otherwiseDifferent'], view: TableView, labels: TableLabels): string {
  const { rows } = alike[0]!;
  const names = rows.map((at) => labels.row(view.rows[at]!)).filter((name) => name !== '');
  const where = names.length === 0 || rows.length === view.rows.length ? '' : ` of ${named(names, (name) => name)}`;
  const what = alike.map(({ identity }) => WORDS[identity]).join(', ');
  return `Not the same in all columns: ${what}${where}. edgeproof compare says what differs.`;
}

const WORDS: Record<string, string> = {
  weights: 'the weights',
  graph: 'the graph',
  runtimeVersion: 'the version of the runtime',
  options: 'the options',
  workload: 'the workload (lengths, warm-up, seed)',
};

function weightsNote(cells: readonly TableCell[], labels: TableLabels): string | null {
  const synthetic = cells.filter(({ key }) => key.weights === 'synthetic');
  if (synthetic.length === 0) return null;
  const which =
    synthetic.length === cells.length
      ? 'Weights are synthetic'
      : `Weights are synthetic in ${named(synthetic, labels.cell)}`;
  return `${which}: speed and memory are those of the real graph, the generated text is noise.`;
}

/** `amd-epyc-2c: 2 results, 2026-11-22 to 2026-11-30, edgeproof 0.1.0 at 3f2a9c1d, 77be01aa`. */
function sourceNote(results: TableView['columns'][number]['results'], title: string): string[] {
  if (results.length === 0) return [];
  const days = [...new Set([results[0]!, results.at(-1)!].map(({ startedAt }) => startedAt.slice(0, 10)))];
  const versions = groupBy(results, ({ tool }) => tool.version);
  const tools = [...versions].map(([version, own]) => {
    const commits = own.flatMap(({ tool }) =>
      tool.commit === null ? [] : [`${tool.commit.slice(0, 8)}${tool.dirty ? '+' : ''}`],
    );
    return `edgeproof ${version}${commits.length === 0 ? '' : ` at ${named([...new Set(commits)], (commit) => commit)}`}`;
  });
  const from = results.length === 1 ? results[0]!.path : plural(results.length, 'result');
  return [`${title}: ${from}, ${days.join(' to ')}, ${named(tools, (tool) => tool)}`];
}
