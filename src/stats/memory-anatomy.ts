// Where the memory of a case goes: each phase, the moment of the peak, and the KV cache predicted and observed. Pure.
import type { PhaseMemory } from '../contract/memory.js';
import { type CaseResult, type OkRound, okRounds, type ResultDocument } from '../contract/result.js';
import type { KvMemory, MemoryView, PeakMoment } from '../contract/views/memory.js';
import { medianOfKnown } from './summary.js';

export function memoryView({ suite, cases }: ResultDocument, path: string | null): MemoryView {
  return {
    suite: suite.content.name,
    path,
    methods: [...new Set(cases.flatMap((result) => okRounds(result).map(({ memory }) => memory.method)))],
    cases: cases.map((result) => {
      const phases = memoryByPhase(result);
      return { id: result.id, key: result.key, phases, peak: peakMoment(phases), kv: kvMemory(result) };
    }),
  };
}

/** The highest value of each phase over all rounds, in the order of the phases. */
export function memoryByPhase(result: CaseResult): Record<string, PhaseMemory> {
  const phases: Record<string, PhaseMemory> = {};
  for (const round of okRounds(result)) {
    for (const [phase, memory] of Object.entries(round.memory.phases)) {
      phases[phase] = Object.hasOwn(phases, phase) ? larger(phases[phase]!, memory) : memory;
    }
  }
  return phases;
}

/** The larger of each pair of numbers; null only if both are. */
function larger<T extends object>(a: T, b: T): T {
  const entries = Object.entries(a).map(([name, value]) => {
    const other = (b as Record<string, unknown>)[name];
    if (value === null || other === null) return [name, value ?? other];
    return [name, typeof value === 'number' ? Math.max(value, other as number) : larger(value, other as object)];
  });
  return Object.fromEntries(entries) as T;
}

/** Peaks this close to each other count as equal. */
const SAME = 0.01;

/** The first phase that has the highest peak. */
export function peakMoment(byPhase: Record<string, PhaseMemory>): PeakMoment | null {
  const phases = Object.entries(byPhase);
  const highest = Math.max(0, ...phases.map(([, { peakRssBytes }]) => peakRssBytes));
  const found = phases.find(([, { peakRssBytes }]) => peakRssBytes >= highest * (1 - SAME));
  if (found === undefined) return null;
  const [phase, { peakRssBytes, end }] = found;
  return { phase, bytes: peakRssBytes, leftBytes: end?.rssBytes ?? null };
}

/** null for workloads without a length. */
export function kvMemory(result: CaseResult): KvMemory | null {
  const { workload, ep } = result.key;
  if (workload.kind === 'micro') return null;
  const tokens = workload.depth + workload.prompt + workload.new;
  const kv = result.checkpoint?.graph.kv as { bytesPerToken?: number } | null | undefined;
  const growths = ep === 'cpu' ? okRounds(result).flatMap((round) => growthOf(round) ?? []) : [];
  return {
    tokens,
    predictedBytes: kv?.bytesPerToken === undefined ? null : kv.bytesPerToken * tokens,
    observedBytes: medianOfKnown(growths.map(({ bytes }) => bytes)),
    until: growths[0]?.until ?? null,
  };
}

/** Growth up to the end of the first phase in which all positions have been written. */
function growthOf({ memory: { phases } }: OkRound): { bytes: number; until: string } | null {
  const loaded = phases.load?.end?.anonymousBytes;
  const until = ['firstRun', 'decode'].find((phase) => phases[phase]?.end?.anonymousBytes != null);
  if (loaded == null || until === undefined) return null;
  return { bytes: Math.max(0, phases[until]!.end!.anonymousBytes! - loaded), until };
}
