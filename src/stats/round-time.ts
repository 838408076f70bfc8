// How long a round of a case will take, before any was run: as an earlier result on this machine took, scaled from one
// of another case, or assumed. Pure.
import type { GraphFacts } from '../contract/graph-facts.js';
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { passTimes, summarizeMetric, timedPasses } from './metrics.js';
import { median } from './summary.js';

export type Basis = 'measured' | 'scaled' | 'assumed';

export interface RoundTime {
  ms: number;
  basis: Basis;
}

/** What a case loads, and reads and computes for each token. */
type Size = Pick<GraphFacts, 'weightBytes' | 'weightBytesActive' | 'parametersActive'>;

/** Rates of a machine with two to four cores, used until this one has a result of its own. */
const ASSUMED: Rates = { bytesPerSecond: 15e9, parametersPerSecond: 150e9, loadMsPerByte: 1.5e-6 };
const PROCESS_MS = 400;
/** Passes that warm-up takes when nothing is known: the fewest of `auto`, and some luck. */
const AUTO_PASSES = 3.5;

interface Rates {
  bytesPerSecond: number;
  parametersPerSecond: number;
  loadMsPerByte: number;
}

type Plan = Pick<Suite, 'iterations' | 'warmup'>;

/** `earlier` are results of this machine, the newest first. */
export function expectedRoundTime(
  result: CaseResult,
  size: Size,
  plan: Plan,
  earlier: readonly ResultDocument[],
): RoundTime {
  const known = earlier
    .flatMap(({ cases }) => cases.filter(({ id }) => id === result.id))
    .find((other) => okRounds(other).length > 0);
  if (known !== undefined) return { ms: timeAsIn(known, plan), basis: 'measured' };
  const relatives = earlier.flatMap(({ cases }) => cases.filter((other) => isRelative(other, result)));
  const rates = relatives.map(ratesOf).find((found) => found !== null);
  return { ms: timeAt(rates ?? ASSUMED, result, size, plan), basis: rates === undefined ? 'assumed' : 'scaled' };
}

function isRelative({ key }: CaseResult, { key: wanted }: CaseResult): boolean {
  return (['runtime', 'ep', 'threads', 'layout'] as const).every((name) => key[name] === wanted[name]);
}

/** The time of a round, from the same case measured before. */
function timeAsIn(known: CaseResult, { iterations, warmup }: Plan): number {
  const rounds = okRounds(known);
  const load = median(rounds.map(({ loadMs }) => (loadMs === null ? 0 : loadMs.library + loadMs.session)));
  const { workload } = known.key;
  if (workload.kind === 'micro') return PROCESS_MS + load + workload.timeMs;
  if (workload.kind === 'sustained') return PROCESS_MS + load + workload.seconds * 1000;
  const passes = rounds.flatMap(passTimes);
  const warm = rounds.map((round) => round.iterations.length - timedPasses(round).length);
  const count = warmup === 'auto' ? Math.max(AUTO_PASSES, median(warm)) : warmup;
  const rate = summarizeMetric('prefillRate', known)?.median ?? Number.POSITIVE_INFINITY;
  return PROCESS_MS + load + (1000 * workload.depth) / rate + (count + iterations) * median(passes);
}

function ratesOf(result: CaseResult): Rates | null {
  const [prefill, decode, load] = (['prefillRate', 'decodeRate', 'loadMs'] as const).map((name) =>
    summarizeMetric(name, result),
  );
  if (result.checkpoint === null || !prefill || !decode || !load) return null;
  const { weightBytes, parameters, weightBytesActive, parametersActive } = result.checkpoint.graph;
  return {
    bytesPerSecond: (weightBytesActive ?? weightBytes) * decode.median,
    parametersPerSecond: (parametersActive ?? parameters) * prefill.median,
    loadMsPerByte: load.median / weightBytes,
  };
}

function timeAt(rates: Rates, { key: { workload } }: CaseResult, size: Size, { iterations, warmup }: Plan): number {
  const load = PROCESS_MS + size.weightBytes * rates.loadMsPerByte;
  if (workload.kind === 'micro') return load + workload.timeMs;
  if (workload.kind === 'sustained') return load + workload.seconds * 1000;
  const prefillMs = (tokens: number) => (1000 * tokens * size.parametersActive) / rates.parametersPerSecond;
  const decodeMs = (1000 * (workload.new - 1) * size.weightBytesActive) / rates.bytesPerSecond;
  const passes = iterations + (warmup === 'auto' ? AUTO_PASSES : warmup);
  return load + prefillMs(workload.depth) + passes * (prefillMs(workload.prompt) + decodeMs);
}
