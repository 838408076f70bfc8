// A result as a page: speed, latency and memory of each case, and below the table what follows from it. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import type { CaseView, ShowView } from '../contract/views/show.js';
import { worstGrade } from '../stats/grade.js';
import { METRICS, SHOWN_METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { ceilingNotes, shareText } from './ceiling-notes.js';
import { conclusion } from './conclusion.js';
import { conditionNotes, gradeCell } from './condition-notes.js';
import { driftNotes } from './drift-notes.js';
import { energyNotes } from './energy-notes.js';
import { foreignNotes } from './foreign-notes.js';
import { measured, number, plural, unitLabel } from './format.js';
import { keyRecord } from './key-record.js';
import { type Labels, labelsOf, workloadLabel } from './labels.js';
import { limitNotes } from './limit-notes.js';
import { peakNotes } from './memory-page.js';
import type { Column, Page } from './page.js';
import { parityNotes } from './parity-notes.js';
import { placementNotes } from './placement-notes.js';
import { precisionNotes } from './precision-notes.js';
import { roundNotes, threadNotes } from './round-notes.js';
import { sustainedNotes } from './sustained-notes.js';

export function resultPage(view: ShowView): Page {
  const labels = labelsOf(view.cases);
  return {
    heading: heading(view, labels),
    columns: columnsOf(view.cases, labels),
    rows: view.cases.map((result) => row(result, labels)),
    notes: [
      ...sustainedNotes(view, labels),
      ...conclusion(view, labels),
      ...ceilingNotes(view, labels),
      ...peakNotes(view.cases),
      ...energyNotes(view, labels),
      ...conditionNotes(view.cases),
      ...placementNotes(view.cases),
      ...limitNotes(view.cases),
      ...parityNotes(view.cases),
      ...threadNotes(view),
      ...precisionNotes(view, labels),
      ...roundNotes(view, labels),
      ...driftNotes(view, labels),
      ...view.cases.flatMap(failureNotes),
      ...foreignNotes(view),
    ],
    json: view,
    records: view.cases.map(record),
  };
}

function heading({ suite, path, machine, engines, foreign, iterations, cases }: ShowView, labels: Labels): string[] {
  const weights = [...new Set(cases.map(({ key }) => key.weights))].join(' and ');
  // A sustained workload has as many iterations as fit into its time.
  const isCounted = cases.some(({ key }) => key.workload.kind !== 'sustained');
  const passes = isCounted ? ` × ${plural(iterations, 'iteration')}` : '';
  return [
    `${suite} · ${labels.shared} · ${weights} weights`,
    [machine.cpu, ...machineWords(machine), ...engines].join(' · '),
    `${roundsOf(cases)}${foreign === null ? ' (fresh processes)' : ''}${passes}${path === null ? '' : ` · ${path}`}`,
  ];
}

/** Measured rounds: `5 rounds`, or `5 to 8 rounds` where cases differ. */
function roundsOf(cases: readonly CaseView[]): string {
  const counts = cases.map(({ rounds }) => rounds.length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? plural(most, 'round') : `${fewest} to ${plural(most, 'round')}`;
}

/** What is known of it. */
function machineWords({ physicalCores, memoryBytes, instructionSets }: ShowView['machine']): string[] {
  return present(
    physicalCores !== null && `${physicalCores} cores`,
    memoryBytes !== null && `${number(memoryBytes / 2 ** 30)} GiB`,
    instructionSets !== null && strongestSets(instructionSets),
  );
}

const STRONGEST_SETS = ['amx_int8', 'avx512_vnni', 'avx_vnni', 'avx512f', 'avx2', 'i8mm', 'asimddp'];

function strongestSets(sets: string[]): string {
  const known = STRONGEST_SETS.filter((set) => sets.includes(set));
  return known.slice(0, 2).join(' ') || 'no vector extensions known';
}

const ITL_COLUMNS = ['p50', 'p95', 'p99'] as const;

function columnsOf(cases: readonly CaseView[], labels: Labels): Column[] {
  const any = (holds: (result: CaseView) => boolean) => cases.some(holds);
  return present<Column>(
    ...labels.varying.map((key): Column => ({ key, title: key.replace(/^option\./, '') })),
    { key: 'workload', title: 'workload' },
    ...SHOWN_METRICS.filter((name) => any(({ metrics }) => metrics[name] !== undefined)).flatMap((name): Column[] => {
      const { column, ceiling } = METRICS[name];
      const hasShare = ceiling !== undefined && any(({ ofCeiling }) => ofCeiling[ceiling] !== null);
      const percentiles = ITL_COLUMNS.filter(
        (p) => ceiling === 'decode' && any((result) => result.interTokenLatencyMs[p] !== null),
      );
      return present<Column>(
        { key: name, title: column!.title, unit: unitLabel(METRICS[name]), align: 'right' },
        hasShare && { key: `${ceiling}Share`, title: 'of ceiling', align: 'right' },
        ...percentiles.map((p): Column => ({ key: p, title: `ITL ${p}`, unit: 'ms', align: 'right' })),
      );
    }),
    any((result) => gradeCell(result) !== '') && { key: 'grade', title: 'grade' },
    any(({ status }) => status !== 'ok') && { key: 'status', title: 'status' },
  );
}

function row(result: CaseView, labels: Labels): Record<string, string> {
  const cells: Record<string, string> = {
    ...labels.values(result),
    workload: workloadLabel(result.key),
    grade: gradeCell(result),
    status: statusOf(result),
  };
  for (const [phase, share] of Object.entries(result.ofCeiling)) cells[`${phase}Share`] = shareText(share);
  for (const name of SHOWN_METRICS) {
    const figures = result.metrics[name];
    if (figures !== undefined) cells[name] = measured({ ...figures, interval: figures.interval95 }, figures);
  }
  for (const p of ITL_COLUMNS) {
    const value = result.interTokenLatencyMs[p];
    if (value !== null) cells[p] = number(value);
  }
  return cells;
}

function statusOf({ status, rounds }: CaseView): string {
  return status === 'failed' && rounds.length > 0 ? `failed after ${rounds.length}` : status;
}

function failureNotes({ id, failures }: CaseView): string[] {
  return failures.map(({ round, isRetried, message, hint }) => {
    const word = isRetried ? 'failed once, and was run again' : 'failed';
    return `${word}: ${id}, round ${round + 1}: ${message}${hint === null ? '' : `\n  ${hint}`}`;
  });
}

function record(result: CaseView): Page['records'][number] {
  const { n: itlSamples, ...percentiles } = result.interTokenLatencyMs;
  const flat: Page['records'][number] = {
    id: result.id,
    status: result.status,
    ...keyRecord(result.key),
    bitsPerWeight: result.engineWork.bitsPerWeight,
    kvFormat: result.engineWork.kvFormat,
    batch: result.engineWork.batch,
    build: result.engineWork.build,
    rounds: result.rounds.length,
    worstGrade: worstGrade(result.rounds),
    peakPhase: result.peakMoment?.phase ?? null,
    prefillOfCeiling: result.ofCeiling.prefill?.share ?? null,
    decodeOfCeiling: result.ofCeiling.decode?.share ?? null,
  };
  for (const name of METRIC_NAMES) {
    const figures = result.metrics[name];
    flat[name] = figures?.median ?? null;
    flat[`${name}Low`] = figures?.interval95?.low ?? null;
    flat[`${name}High`] = figures?.interval95?.high ?? null;
  }
  flat.itlSamples = itlSamples;
  for (const [p, value] of Object.entries(percentiles)) flat[`itl${p.toUpperCase()}Ms`] = value;
  return flat;
}
