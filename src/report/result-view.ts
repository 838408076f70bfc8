// A result document as a table: speed, latency, memory of each case, and one sentence of conclusion. Pure.
import type { CaseResult, ResultDocument } from '../result/schema.js';
import { okRounds } from '../result/schema.js';
import {
  interTokenLatency,
  loopShare,
  METRIC_NAMES,
  METRICS,
  type MetricName,
  summarizeMetric,
} from '../stats/metrics.js';
import { limitDimensions } from '../suite/limits.js';
import { conclusion } from './conclusion.js';
import { measured, number, plural, unitLabel } from './format.js';
import { enginesOf, type Labels, labelsOf, workloadLabel } from './labels.js';
import { heldLimits, limitNotes } from './limit-notes.js';
import { placementNotes } from './placement.js';
import type { Column, View } from './view.js';

const SHOWN: { metric: MetricName; title: string }[] = [
  { metric: 'ttftMs', title: 'TTFT' },
  { metric: 'prefillRate', title: 'prefill' },
  { metric: 'decodeRate', title: 'decode' },
  { metric: 'microMs', title: 'time' },
  { metric: 'loadMs', title: 'load' },
  { metric: 'peakRssBytes', title: 'peak memory' },
];

export function resultView(document: ResultDocument, path: string | null): View {
  const labels = labelsOf(document.cases);
  const columns = columnsOf(document.cases, labels);
  return {
    heading: heading(document, labels, path),
    columns,
    rows: document.cases.map((result) => row(result, labels)),
    notes: [
      ...conclusion(document),
      ...placementNotes(document.cases),
      ...limitNotes(document.cases),
      ...failureNotes(document.cases),
    ],
    json: {
      suite: document.suite.content.name,
      startedAt: document.startedAt,
      machine: document.machine,
      versions: document.versions,
      cases: document.cases.map(derivedCase),
    },
    records: document.cases.map(flatCase),
  };
}

function heading(document: ResultDocument, labels: Labels, path: string | null): string[] {
  const { machine, suite } = document;
  const memory = `${number(machine.memoryBytes / 2 ** 30)} GiB`;
  const sets = machine.instructionSets === null ? '' : ` · ${strongestSets(machine.instructionSets)}`;
  return [
    `${suite.content.name} · ${labels.shared} · ${weightsOf(document.cases)} weights`,
    `${machine.cpu} · ${machine.physicalCores} cores · ${memory}${sets} · ${enginesOf(document)}`,
    `${plural(suite.content.rounds, 'round')} (fresh processes) × ${plural(suite.content.iterations, 'iteration')}${path === null ? '' : ` · ${path}`}`,
  ];
}

function weightsOf(cases: CaseResult[]): string {
  return [...new Set(cases.map(({ key }) => key.weights))].join(' and ');
}

function strongestSets(sets: string[]): string {
  const known = ['amx_int8', 'avx512_vnni', 'avx_vnni', 'avx512f', 'avx2', 'i8mm', 'asimddp'].filter((set) =>
    sets.includes(set),
  );
  return known.slice(0, 2).join(' ') || 'no vector extensions known';
}

function columnsOf(cases: CaseResult[], labels: Labels): Column[] {
  const used = SHOWN.filter(({ metric }) => cases.some((result) => summarizeMetric(metric, result) !== null));
  const itl = (['p50', 'p95', 'p99'] as const).filter((p) =>
    cases.some((result) => interTokenLatency(result)[p] !== null),
  );
  return [
    ...labels.varying.map((key): Column => ({ key, title: key })),
    { key: 'workload', title: 'workload' },
    ...used.flatMap(({ metric, title }): Column[] => [
      { key: metric, title, unit: unitLabel(METRICS[metric]), align: 'right' },
      ...(metric === 'decodeRate'
        ? itl.map((p): Column => ({ key: p, title: `ITL ${p}`, unit: 'ms', align: 'right' }))
        : []),
    ]),
    ...(cases.some((result) => result.status !== 'ok') ? [{ key: 'status', title: 'status' }] : []),
  ];
}

function row(result: CaseResult, labels: Labels): Record<string, string> {
  const cells: Record<string, string> = {
    ...labels.values(result),
    workload: workloadLabel(result.key),
    status: statusOf(result),
  };
  for (const { metric } of SHOWN) {
    const summary = summarizeMetric(metric, result);
    if (summary !== null) cells[metric] = measured(summary, METRICS[metric]);
  }
  for (const [p, value] of Object.entries(interTokenLatency(result)))
    if (value !== null && p !== 'n') cells[p] = number(value);
  return cells;
}

function statusOf(result: CaseResult): string {
  const measuredRounds = okRounds(result).length;
  return result.status === 'failed' && measuredRounds > 0 ? `failed after ${measuredRounds}` : result.status;
}

function failureNotes(cases: CaseResult[]): string[] {
  return cases.flatMap((result) =>
    result.rounds.flatMap((round) => {
      if (round.status === 'ok') return [];
      const { message, hint } = round.failure;
      return [`failed: ${result.id}, round ${round.index + 1}: ${message}${hint === null ? '' : `\n  ${hint}`}`];
    }),
  );
}

function derivedCase(result: CaseResult) {
  const metrics = METRIC_NAMES.flatMap((name) => {
    const summary = summarizeMetric(name, result);
    if (summary === null) return [];
    const { unit, better } = METRICS[name];
    return [[name, { unit, better, rounds: summary.n, median: summary.median, interval95: summary.interval }] as const];
  });
  return {
    id: result.id,
    status: result.status,
    key: result.key,
    identity: result.identity,
    parameters: result.checkpoint?.parameters ?? null,
    checkpointBytes: checkpointBytes(result),
    metrics: Object.fromEntries(metrics),
    interTokenLatencyMs: interTokenLatency(result),
    loopShare: loopShare(result),
    placement: result.placement ?? null,
    limits: heldLimits(result),
    peakMemoryByPhase: peakMemoryByPhase(result),
    failures: result.rounds.flatMap((round) => (round.status === 'failed' ? [round.failure] : [])),
  };
}

function checkpointBytes(result: CaseResult): number | null {
  return result.checkpoint === null ? null : result.checkpoint.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** The highest value of each phase over all rounds. */
function peakMemoryByPhase(result: CaseResult) {
  const phases: Record<string, { peakRssBytes: number; peakAnonymousBytes: number; peakFileBytes: number }> = {};
  for (const round of okRounds(result)) {
    for (const [phase, memory] of Object.entries(round.memory.phases)) {
      const known = phases[phase] ?? { peakRssBytes: 0, peakAnonymousBytes: 0, peakFileBytes: 0 };
      phases[phase] = {
        peakRssBytes: Math.max(known.peakRssBytes, memory.peakRssBytes),
        peakAnonymousBytes: Math.max(known.peakAnonymousBytes, memory.peakAnonymousBytes),
        peakFileBytes: Math.max(known.peakFileBytes, memory.peakFileBytes),
      };
    }
  }
  return phases;
}

function flatCase(result: CaseResult): View['records'][number] {
  const { workload, limits, ...dimensions } = result.key;
  const record: View['records'][number] = {
    id: result.id,
    status: result.status,
    ...dimensions,
    ...limitDimensions(limits),
    workload: workload.kind,
    prompt: workload.kind === 'generate' ? workload.prompt : null,
    new: workload.kind === 'generate' ? workload.new : null,
    depth: workload.kind === 'generate' ? workload.depth : null,
    rounds: okRounds(result).length,
  };
  for (const name of METRIC_NAMES) {
    const summary = summarizeMetric(name, result);
    record[name] = summary?.median ?? null;
    record[`${name}Low`] = summary?.interval?.low ?? null;
    record[`${name}High`] = summary?.interval?.high ?? null;
  }
  for (const [p, value] of Object.entries(interTokenLatency(result)))
    record[p === 'n' ? 'itlSamples' : `itl${p.toUpperCase()}Ms`] = value;
  return record;
}
