// A result document as a table: speed, latency, memory of each case, and one sentence of conclusion. Pure.

import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { type CaseShares, ceilingShares, isImpossible } from '../stats/ceiling-share.js';
import { driftOf } from '../stats/drift.js';
import { energyOf } from '../stats/energy.js';
import { gradeRound, gradesOf, worstGrade } from '../stats/grade.js';
import { kvMemory, memoryByPhase, peakMoment } from '../stats/memory-anatomy.js';
import { loopShare, METRIC_NAMES, METRICS, type MetricName, roundsApart, summarizeMetric } from '../stats/metrics.js';
import { parityInSuite } from '../stats/parity.js';
import { sustainedOf } from '../stats/sustained.js';
import { interTokenLatency, jitterMs, longestStall } from '../stats/token-gaps.js';
import { limitDimensions } from '../suite/case-id.js';
import { optionDimensions } from '../suite/option-dimensions.js';
import { ceilingNotes, sharesJson, shareText } from './ceiling-notes.js';
import { conclusion } from './conclusion.js';
import { conditionNotes, gradeCell } from './condition-notes.js';
import { energyNotes } from './energy-notes.js';
import { measured, number, plural, unitLabel } from './format.js';
import { enginesOf, type Labels, labelsOf, workloadLabel } from './labels.js';
import { heldLimits, limitNotes } from './limit-notes.js';
import { peakNotes } from './memory-view.js';
import { parityNotes } from './parity-notes.js';
import { placementNotes } from './placement-notes.js';
import { roundNotes } from './round-notes.js';
import { sustainedNotes } from './sustained-notes.js';
import { threadNotes } from './thread-notes.js';
import type { Column, View } from './view.js';

const SHOWN: { metric: MetricName; title: string }[] = [
  { metric: 'ttftMs', title: 'TTFT' },
  { metric: 'prefillRate', title: 'prefill' },
  { metric: 'decodeRate', title: 'decode' },
  { metric: 'sustainedRate', title: 'sustained' },
  { metric: 'microMs', title: 'time' },
  { metric: 'loadMs', title: 'load' },
  { metric: 'coldLoadMs', title: 'cold load' },
  { metric: 'coldTtftMs', title: 'cold TTFT' },
  { metric: 'peakRssBytes', title: 'peak memory' },
  { metric: 'joulesPerPromptToken', title: 'prefill energy' },
  { metric: 'joulesPerToken', title: 'decode energy' },
];

/** The rates that have a ceiling. */
const SHARED: Record<keyof CaseShares, MetricName> = { prefill: 'prefillRate', decode: 'decodeRate' };

export function resultView(document: ResultDocument, path: string | null): View {
  const labels = labelsOf(document.cases);
  const shares = new Map(document.cases.map((result) => [result, ceilingShares(document, result)]));
  const columns = columnsOf(document, labels, shares);
  return {
    heading: heading(document, labels, path),
    columns,
    rows: document.cases.map((result) => row(document, result, labels, shares.get(result)!)),
    notes: [
      ...sustainedNotes(document.cases, labels),
      ...conclusion(document, labels),
      ...ceilingNotes(document),
      ...peakNotes(document.cases),
      ...energyNotes(document.cases, labels),
      ...conditionNotes(document.cases),
      ...placementNotes(document.cases),
      ...limitNotes(document.cases),
      ...parityNotes(document.cases),
      ...threadNotes(document),
      ...roundNotes(document),
      ...failureNotes(document.cases),
    ],
    json: {
      suite: document.suite.content.name,
      startedAt: document.startedAt,
      machine: document.machine,
      versions: document.versions,
      threads: document.threads ?? null,
      ceilings: document.ceilings,
      cases: document.cases.map((result) => derivedCase(document, result, shares.get(result)!)),
    },
    records: document.cases.map((result) => flatCase(result, shares.get(result)!)),
  };
}

function heading(document: ResultDocument, labels: Labels, path: string | null): string[] {
  const { machine, suite } = document;
  const memory = `${number(machine.memoryBytes / 2 ** 30)} GiB`;
  const sets = machine.instructionSets === null ? '' : ` · ${strongestSets(machine.instructionSets)}`;
  return [
    `${suite.content.name} · ${labels.shared} · ${weightsOf(document.cases)} weights`,
    `${machine.cpu} · ${machine.physicalCores} cores · ${memory}${sets} · ${enginesOf(document)}`,
    `${roundsOf(document.cases)} (fresh processes)${iterationsOf(document)}${path === null ? '' : ` · ${path}`}`,
  ];
}

/** As many as were measured: `5 rounds`, or `5 to 8 rounds` where cases differ. */
function roundsOf(cases: CaseResult[]): string {
  const counts = cases.map((result) => okRounds(result).length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  return fewest === most ? plural(most, 'round') : `${fewest} to ${plural(most, 'round')}`;
}

/** A sustained workload has as many as fit into its time. */
function iterationsOf({ cases, suite }: ResultDocument): string {
  const counted = cases.some(({ key }) => key.workload.kind !== 'sustained');
  return counted ? ` × ${plural(suite.content.iterations, 'iteration')}` : '';
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

function columnsOf(document: ResultDocument, labels: Labels, shares: Map<CaseResult, CaseShares>): Column[] {
  const { cases } = document;
  const ofCeiling = (phase: keyof CaseShares) => [...shares.values()].some((share) => share[phase] !== null);
  const used = SHOWN.filter(({ metric }) => cases.some((result) => summarizeMetric(metric, result) !== null));
  const itl = (['p50', 'p95', 'p99'] as const).filter((p) =>
    cases.some((result) => interTokenLatency(result)[p] !== null),
  );
  return [
    ...labels.varying.map((key): Column => ({ key, title: key.replace(/^option\./, '') })),
    { key: 'workload', title: 'workload' },
    ...used.flatMap(({ metric, title }): Column[] => [
      { key: metric, title, unit: unitLabel(METRICS[metric]), align: 'right' },
      ...Object.entries(SHARED).flatMap(([phase, shown]): Column[] =>
        shown === metric && ofCeiling(phase as keyof CaseShares)
          ? [{ key: `${phase}Share`, title: 'of ceiling', align: 'right' }]
          : [],
      ),
      ...(metric === 'decodeRate'
        ? itl.map((p): Column => ({ key: p, title: `ITL ${p}`, unit: 'ms', align: 'right' }))
        : []),
    ]),
    ...(cases.some((result) => gradeCell(result) !== '') ? [{ key: 'grade', title: 'grade' }] : []),
    ...(cases.some((result) => statusOf(document, result) !== 'ok') ? [{ key: 'status', title: 'status' }] : []),
  ];
}

function row(
  document: ResultDocument,
  result: CaseResult,
  labels: Labels,
  { prefill, decode }: CaseShares,
): Record<string, string> {
  const cells: Record<string, string> = {
    ...labels.values(result),
    workload: workloadLabel(result.key),
    grade: gradeCell(result),
    status: statusOf(document, result),
    prefillShare: shareText(prefill),
    decodeShare: shareText(decode),
  };
  for (const { metric } of SHOWN) {
    const summary = summarizeMetric(metric, result);
    if (summary !== null) cells[metric] = measured(summary, METRICS[metric]);
  }
  for (const [p, value] of Object.entries(interTokenLatency(result)))
    if (value !== null && p !== 'n') cells[p] = number(value);
  return cells;
}

function statusOf(document: ResultDocument, result: CaseResult): string {
  if (isImpossible(document, result)) return 'impossible';
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

function derivedCase(document: ResultDocument, result: CaseResult, shares: CaseShares) {
  const metrics = METRIC_NAMES.flatMap((name) => {
    const summary = summarizeMetric(name, result);
    if (summary === null) return [];
    const { unit, better } = METRICS[name];
    const { n: rounds, median, interval: interval95 } = summary;
    return [[name, { unit, better, rounds, median, interval95, apart: roundsApart(name, result) }] as const];
  });
  return {
    id: result.id,
    status: isImpossible(document, result) ? 'impossible' : result.status,
    key: result.key,
    identity: result.identity,
    parameters: result.checkpoint?.parameters ?? null,
    checkpointBytes: checkpointBytes(result),
    metrics: Object.fromEntries(metrics),
    interTokenLatencyMs: interTokenLatency(result),
    jitterMs: jitterMs(result),
    longestStall: longestStall(result),
    loopShare: loopShare(result),
    ofCeiling: sharesJson(shares),
    placement: result.placement ?? null,
    limits: heldLimits(result),
    parity: parityInSuite(document.cases, result),
    peakMemoryByPhase: memoryByPhase(result),
    peakMoment: peakMoment(result),
    kvMemory: kvMemory(result),
    rounds: okRounds(result).map((round) => ({
      index: round.index,
      drift: driftOf(round),
      ...gradeRound(round),
      energy: energyOf(round),
      sustained: sustainedOf(round),
    })),
    failures: result.rounds.flatMap((round) => (round.status === 'failed' ? [round.failure] : [])),
  };
}

function checkpointBytes(result: CaseResult): number | null {
  return result.checkpoint === null ? null : result.checkpoint.files.reduce((sum, file) => sum + file.bytes, 0);
}

function flatCase(result: CaseResult, { prefill, decode }: CaseShares): View['records'][number] {
  const { workload, options, limits, ...dimensions } = result.key;
  const record: View['records'][number] = {
    id: result.id,
    status: result.status,
    ...dimensions,
    ...optionDimensions(options),
    ...limitDimensions(limits),
    workload: workload.kind,
    prompt: workload.kind === 'micro' ? null : workload.prompt,
    new: workload.kind === 'micro' ? null : workload.new,
    depth: workload.kind === 'micro' ? null : workload.depth,
    seconds: workload.kind === 'sustained' ? workload.seconds : null,
    rounds: okRounds(result).length,
    worstGrade: worstGrade(gradesOf(result)),
    peakPhase: peakMoment(result)?.phase ?? null,
    prefillOfCeiling: prefill?.share ?? null,
    decodeOfCeiling: decode?.share ?? null,
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
