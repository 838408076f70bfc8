// The share of a ceiling that a case reaches: the time that its bytes and its operations take at the machine's best,
// over the time that was measured. Above the ceiling and its uncertainty, a rate is impossible. Pure. docs/ceilings.md.
import { type Ceiling, isProductProbe } from '../contract/ceilings.js';
import { METRIC_NAMES, type MetricName } from '../contract/metric-names.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import { ARITHMETICS, type Arithmetic } from '../contract/work.js';
import { METRICS, summarizeMetric } from './metrics.js';
import { leastPromptNeed, type Need, promptNeed, stepWork, tokenNeed } from './work.js';

type Ceilings = Pick<ResultDocument, 'ceilings'>;
/** null where a phase has no rate, or no ceiling was measured for it. */
type CaseShares = Record<PhaseWithCeiling, CeilingShare | null>;

const RATE_OF = Object.fromEntries(
  METRIC_NAMES.flatMap((name) => (METRICS[name].ceiling === undefined ? [] : [[METRICS[name].ceiling, name]])),
) as Record<PhaseWithCeiling, MetricName>;

const NONE: CaseShares = { prefill: null, decode: null };

/** `medianOf`: for callers that have derived the metrics of the case already. */
export function ceilingShares(
  { ceilings }: Ceilings,
  result: CaseResult,
  medianOf = (metric: MetricName) => summarizeMetric(metric, result)?.median ?? null,
): CaseShares {
  const { workload, runtime } = result.key;
  const work = result.checkpoint?.graph.work;
  if (ceilings === null || workload.kind === 'micro' || work === undefined) return NONE;
  const token = tokenNeed(stepWork(work, result.key), workload);
  const own = ownCeilings(ceilings, result, token.bytes);
  const decode = { ...token, tokens: 1 };
  // Memory binds every engine. What ONNX Runtime's kernels multiply binds no runtime with kernels of its own.
  if (RUNTIMES[runtime].kernels === 'own')
    return { prefill: null, decode: shareOf(medianOf(RATE_OF.decode), { ...decode, operations: {} }, own, false) };
  const prompt = { ...promptNeed(work, workload), tokens: workload.prompt };
  return {
    prefill: shareOf(medianOf(RATE_OF.prefill), prompt, own, true, leastPromptNeed(work, workload)),
    decode: shareOf(medianOf(RATE_OF.decode), decode, own, false),
  };
}

/** The shares alone. */
export function sharesOf(document: Ceilings, result: CaseResult): Record<PhaseWithCeiling, number | null> {
  const { prefill, decode } = ceilingShares(document, result);
  return { prefill: prefill?.share ?? null, decode: decode?.share ?? null };
}

export function isImpossible(document: Ceilings, result: CaseResult): boolean {
  return Object.values(ceilingShares(document, result)).some((share) => share?.impossible);
}

/**
 * Ceilings of the same execution provider and threads. Bandwidths count if measured over no more memory than a token reads. What
 * products reach without ONNX Runtime is a floor: it counts beside kernels of its kind, never in place of them.
 */
function ownCeilings(ceilings: Ceiling[], { key }: CaseResult, tokenBytes: number): Ceiling[] {
  const same = ceilings.filter(({ ep, threads, value }) => ep === key.ep && threads === key.threads && value !== null);
  const sizes = same.flatMap(({ workingSetBytes }) => (workingSetBytes === null ? [] : [workingSetBytes]));
  const fitting = sizes.filter((bytes) => bytes <= tokenBytes);
  const size = fitting.length > 0 ? Math.max(...fitting) : Math.min(...sizes);
  const byKernels = new Set(same.filter((ceiling) => !isProductProbe(ceiling)).map(({ kind }) => kind));
  return same.filter(
    ({ kind, workingSetBytes }) => byKernels.has(kind) && (kind !== 'read-bandwidth' || workingSetBytes === size),
  );
}

/** `least`: what no graph can do with less of; a rate beyond that is impossible. */
function shareOf(
  rate: number | null,
  need: Need & { tokens: number },
  ceilings: Ceiling[],
  needsProducts: boolean,
  least: Need = need,
): CeilingShare | null {
  const best = floorOf(need, ceilings, 'value');
  const highest = floorOf(least, ceilings, 'high');
  if (rate === null || best === null || highest === null) return null;
  if (needsProducts && best.productSeconds === null) return null;
  const ceilingRate = need.tokens / best.seconds;
  const highestRate = need.tokens / highest.seconds;
  return {
    rate,
    ceilingRate,
    highestRate,
    share: rate / ceilingRate,
    boundBy: (best.productSeconds ?? 0) > best.readSeconds ? 'matrix products' : 'read bandwidth',
    impossible: rate > highestRate,
    tokens: need.tokens,
    bytes: Math.round(need.bytes),
    bytesPerSecond: best.bytesPerSecond,
    operations: need.operations,
    operationsPerSecond: best.operationsPerSecond,
  };
}

/** Reading and computing may overlap; products of different arithmetics may not. null without a bandwidth. */
function floorOf(need: Need, ceilings: Ceiling[], of: 'value' | 'high') {
  const bytesPerSecond = bestOf(ceilings, ['read-bandwidth'], of);
  if (bytesPerSecond === null) return null;
  const readSeconds = need.bytes / bytesPerSecond;
  const used = ARITHMETICS.filter((arithmetic) => (need.operations[arithmetic] ?? 0) > 0);
  const rates = used.map((arithmetic) => [arithmetic, bestOf(ceilings, kindsFor(arithmetic), of)] as const);
  const known = rates.every(([, rate]) => rate !== null);
  const productSeconds = known
    ? rates.reduce((sum, [arithmetic, rate]) => sum + need.operations[arithmetic]! / rate!, 0)
    : null;
  return {
    seconds: Math.max(readSeconds, productSeconds ?? 0),
    readSeconds,
    productSeconds,
    bytesPerSecond,
    operationsPerSecond: Object.fromEntries(known ? rates : []) as Partial<Record<Arithmetic, number>>,
  };
}

/** A product in few bits could also be computed in more bits, if a machine is faster at that. */
function kindsFor(arithmetic: Arithmetic): Ceiling['kind'][] {
  return ARITHMETICS.slice(0, ARITHMETICS.indexOf(arithmetic) + 1).map((name) => `matmul-${name}` as const);
}

function bestOf(ceilings: Ceiling[], kinds: Ceiling['kind'][], of: 'value' | 'high'): number | null {
  const rates = ceilings.filter(({ kind }) => kinds.includes(kind)).map((ceiling) => ceiling[of] ?? 0);
  const best = Math.max(0, ...rates);
  return best > 0 ? best : null;
}

/** The best rate of one operator, whose kernels may be far from the machine's best. */
export function operatorRate(
  { ceilings }: Ceilings,
  { key }: CaseResult,
  operator: string,
  arithmetic: Arithmetic,
): number | null {
  const own = (ceilings ?? []).filter(
    (ceiling) => ceiling.ep === key.ep && ceiling.threads === key.threads && ceiling.operator === operator,
  );
  return bestOf(own, [`matmul-${arithmetic}`], 'value');
}
