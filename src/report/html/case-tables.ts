// The tables of a report page that belong to no chart: the one that proves the verdict, all cases, what was left out, all
// results. Pure.
import type { MetricName } from '../../contract/metric-names.js';
import type { PhaseWithCeiling } from '../../contract/views/figures.js';
import type { Entry } from '../../contract/views/report.js';
import { GRADES } from '../../contract/vocabulary.js';
import { METRICS, SHOWN_METRICS } from '../../stats/metrics.js';
import { workloadOf } from '../../stats/report/front.js';
import type { ChartRow } from '../charts/chart.js';
import { dateText } from '../charts/history.js';
import type { Scene } from '../charts/scene.js';
import { READING_TOKENS_PER_SECOND } from '../conclusion.js';
import { commitLabel, count, measured, number, plural, unitLabel } from '../format.js';
import type { Column } from '../page.js';
import { resultsPage } from '../results-page.js';
import { html, type Markup } from './markup.js';
import { tableOf } from './table.js';
import { configurationOf, decodeOf } from './verdict.js';

/** Of the tables that a browser still scrolls with ease. */
export const MOST_CASES = 3000;

const right = { align: 'right' } as const;
const metricColumn = (name: MetricName): Column => ({
  key: name,
  title: METRICS[name].column!.title,
  unit: unitLabel(METRICS[name]),
  ...right,
});
const shareColumn = (phase: PhaseWithCeiling): Column => ({ key: `${phase}Share`, title: 'of ceiling', ...right });

export function linkTo({ of }: ChartRow): string | null {
  return of === null ? null : `#${of}`;
}

export function proofTable(scene: Scene): Markup {
  const best = scene.view.best.map(({ ref }) => scene.entry(ref));
  const sorted = best.toSorted((a, b) => decodeOf(b) - decodeOf(a));
  const columns: Column[] = [
    { key: 'model', title: 'model' },
    ...(scene.view.machines.length > 1 ? [{ key: 'machine', title: 'machine' }] : []),
    metricColumn('decodeRate'),
    { key: 'reading', title: '× reading', ...right },
    shareColumn('decode'),
    metricColumn('ttftMs'),
    metricColumn('prefillRate'),
    metricColumn('peakRssBytes'),
    { key: 'workload', title: 'workload' },
    { key: 'configuration', title: 'run as' },
    { key: 'grade', title: 'grades' },
    { key: 'measured', title: 'measured' },
  ];
  const rows = sorted.map((entry) => ({
    of: entry.ref,
    cells: { ...cellsOf(scene, entry), reading: number(decodeOf(entry) / READING_TOKENS_PER_SECOND) },
  }));
  const caption = `The fastest case of each model on each machine, of the workload that most cases there have. ± is half the 95 % interval over rounds; people read about ${number(READING_TOKENS_PER_SECOND)} tokens a second.`;
  return rows.length === 0 ? html`` : tableOf(columns, rows, { caption, href: linkTo, kind: 'first' });
}

export function caseTable(scene: Scene): Markup {
  const { entries, machines } = scene.view;
  const has = (name: MetricName) => entries.some(({ metrics }) => metrics[name] !== undefined);
  const columns: Column[] = [
    { key: 'case', title: 'case' },
    { key: 'workload', title: 'workload' },
    ...(machines.length > 1 ? [{ key: 'machine', title: 'machine' }] : []),
    ...SHOWN_METRICS.filter(has).flatMap((name) => {
      const { ceiling } = METRICS[name];
      return ceiling === undefined ? [metricColumn(name)] : [metricColumn(name), shareColumn(ceiling)];
    }),
    { key: 'rounds', title: 'rounds', ...right },
    { key: 'grade', title: 'grades' },
    { key: 'weights', title: 'weights' },
    { key: 'status', title: 'status' },
    { key: 'measured', title: 'measured' },
  ];
  const shown = entries.slice(0, MOST_CASES);
  const caption = `All cases: the newest result of each on each machine${shown.length < entries.length ? `, the first ${count(shown.length)} of ${count(entries.length)}` : ''}`;
  const rows = shown.map((entry) => ({ of: entry.ref, cells: cellsOf(scene, entry) }));
  return tableOf(columns, rows, { caption, href: linkTo });
}

function cellsOf(scene: Scene, entry: Entry): Record<string, string> {
  const { key, machine, ofCeiling, rounds, startedAt, metrics } = entry;
  const cells: Record<string, string> = {
    case: scene.short(entry),
    model: key.model,
    machine,
    workload: workloadOf(entry),
    configuration: configurationOf(entry),
    rounds: String(rounds),
    grade: GRADES.flatMap((grade) =>
      entry.grades[grade] === undefined ? [] : [`${entry.grades[grade]} ${grade}`],
    ).join(' '),
    weights: key.weights,
    status: statusOf(entry),
    measured: dateText(startedAt),
  };
  for (const [phase, share] of Object.entries(ofCeiling))
    if (share !== null) cells[`${phase}Share`] = `${Math.round(share * 100)} %`;
  for (const name of SHOWN_METRICS) {
    const figures = metrics[name];
    if (figures !== undefined)
      cells[name] = measured({ median: figures.median, interval: figures.interval95 }, figures);
  }
  return cells;
}

function statusOf({ status, rounds, isSound }: Entry): string {
  if (status === 'failed' && rounds > 0) return `failed after ${rounds}`;
  return status === 'ok' && isSound === false ? 'not shown to compute the same' : status;
}

const REASONS = {
  failed: 'It failed',
  pending: 'No round has been measured yet',
  impossible: 'Its rate is above what the machine can do: measured wrongly',
} as const;

/** What stands in no chart or is not ranked, each with the reason. */
export function leftOutTable(scene: Scene): Markup {
  const { entries, failures, passedOver } = scene.view;
  const ofCases = entries.flatMap((entry) => {
    const own = failures.filter(({ ref }) => ref === entry.ref);
    const words = own.map(
      ({ round, isRetried, message, hint }) =>
        `round ${round + 1}${isRetried ? ', run again since' : ''}: ${message}${hint === null ? '' : ` (${hint})`}`,
    );
    const reason = entry.status === 'ok' ? reasonOfOk(entry) : REASONS[entry.status];
    if (reason === null && own.length === 0) return [];
    return [
      {
        of: entry.ref,
        cells: { what: scene.full(entry), why: [reason ?? 'Rounds failed', ...words].join('; '), file: entry.path },
      },
    ];
  });
  const ofFiles = passedOver.map((message) => ({ of: null, cells: { what: 'a file', why: message } }));
  const rows = [...ofCases, ...ofFiles];
  if (rows.length === 0)
    return html`<p>Nothing: every case has rounds that succeeded, and every file could be read.</p>`;
  const columns: Column[] = [
    { key: 'what', title: 'what' },
    { key: 'why', title: 'why' },
    { key: 'file', title: 'result' },
  ];
  return tableOf(columns, rows, { caption: 'Failed, pending, impossible and unreadable', href: linkTo });
}

function reasonOfOk({ isSound, failedRounds }: Entry): string | null {
  if (isSound === false) return 'Not ranked: not shown to compute the same as its reference';
  return failedRounds > 0 ? plural(failedRounds, 'failed round') : null;
}

export function resultTable({ view: { results, unlisted } }: Scene): Markup {
  const { columns, rows } = resultsPage(results, '', results.length);
  const caption = `${plural(results.length, 'result')}, the newest first${unlisted.results > 0 ? `; ${count(unlisted.results)} older ones are used and not listed` : ''}`;
  const located = rows.map((cells, i) => ({ of: null, cells: { ...cells, file: results[i]!.path } }));
  return tableOf(columns, located, { caption });
}

/** `0.1.0 (72b05d4)` */
export function toolText(tool: Entry['tool']): string {
  return tool.commit === null ? tool.version : `${tool.version} (${commitLabel(tool)})`;
}
