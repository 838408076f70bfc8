// Why a case may stay far below its ceiling: causes that the facts of its graph, its options and its placement name.
// Pure. Thresholds and reasons: docs/ceilings.md.

import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import { operatorRate } from './ceiling-share.js';

/** A share below this is far below. The limit for prompts is lower, because their kernels come less close to their best. */
export const FAR_BELOW: Record<PhaseWithCeiling, number> = { prefill: 0.3, decode: 0.4 };
/** A step this short would consist mostly of other work: starting nodes, norms, sampling. */
const SHORT_STEP_MS = 4;
const LARGE_LOOP_SHARE = 0.1;
const SLOW_OPERATOR = 0.7;

/** null if the share is not far below; an empty list if nothing known explains it. */
export function whyFarBelow(
  document: Pick<ResultDocument, 'ceilings' | 'machine'>,
  result: CaseResult,
  phase: PhaseWithCeiling,
  share: CeilingShare,
  loopShare: number | null,
): string[] | null {
  if (share.share >= FAR_BELOW[phase]) return null;
  return [
    ...fallback(result),
    ...threads(document, result),
    ...(phase === 'prefill' ? promptCauses(result) : stepCauses(result, share, loopShare)),
    ...arithmetic(result),
    ...operators(document, result, share),
  ];
}

function fallback({ placement, key }: CaseResult): string[] {
  const cpu = placement?.providers.find(({ ep }) => ep === 'cpu');
  return key.ep !== 'cpu' && cpu !== undefined && cpu.nodes > 0
    ? [`${cpu.nodes} computing nodes ran on the CPU instead of ${key.ep}`]
    : [];
}

function threads({ machine }: Pick<ResultDocument, 'machine'>, { key }: CaseResult): string[] {
  return key.ep === 'cpu' && key.threads > machine.usableCores
    ? [`${key.threads} threads share ${machine.usableCores} cores`]
    : [];
}

function promptCauses({ checkpoint, key }: CaseResult): string[] {
  const head = checkpoint?.graph.head;
  const prompt = key.workload.kind === 'micro' ? 0 : key.workload.prompt;
  return head?.logits === 'every position' && prompt > 1
    ? [
        `the graph computes logits for each of the ${prompt} positions (head of ${head.bits} bits), not for the last alone`,
      ]
    : [];
}

function stepCauses(result: CaseResult, share: CeilingShare, loopShare: number | null): string[] {
  const { checkpoint, key } = result;
  const causes: string[] = [];
  const stepMs = 1000 / share.ceilingRate;
  if (stepMs < SHORT_STEP_MS)
    causes.push(`a step could take ${stepMs.toFixed(1)} ms: costs that do not shrink with a model are most of it`);
  const passed = okRounds(result).some(({ options }) => options.kv === 'passed');
  const { stepCost } = RUNTIMES[key.runtime];
  if (stepCost !== null) causes.push(stepCost);
  else if (passed) causes.push('the KV cache is copied at each step: the graph cannot share it in place');
  if (loopShare !== null && loopShare > LARGE_LOOP_SHARE)
    causes.push(`${Math.round(loopShare * 100)} % of a step is spent outside the session`);
  if (checkpoint?.graph.kv === null)
    causes.push('the shape of its KV cache is not known, so what it reads is not counted');
  return causes;
}

function arithmetic({ checkpoint, key }: CaseResult): string[] {
  const formats = checkpoint?.graph.formats ?? [];
  const inFloat = formats.some(({ operator, accuracyLevel }) => operator === 'MatMulNBits' && accuracyLevel !== 4);
  const half = checkpoint?.graph.work?.products.some((product) => product.arithmetic === 'fp16') ?? false;
  return [
    ...(inFloat ? ['accuracy_level is not 4: packed weights are unpacked and multiplied in float'] : []),
    ...(half && key.ep === 'cpu' && !RUNTIMES[key.runtime].hasHalfKernels
      ? ['the CPU has few half-precision kernels and converts to single precision']
      : []),
  ];
}

/** A graph's own operator may be slower at its best than another one of the same arithmetic. */
function operators(
  document: Pick<ResultDocument, 'ceilings'>,
  result: CaseResult,
  { boundBy, operationsPerSecond }: CeilingShare,
): string[] {
  if (boundBy !== 'matrix products') return [];
  const products = result.checkpoint?.graph.work?.products ?? [];
  const [main] = products.toSorted((a, b) => b.operations - a.operations);
  if (main === undefined) return [];
  const own = operatorRate(document, result, main.operator, main.arithmetic);
  const best = operationsPerSecond[main.arithmetic];
  if (own === null || best === undefined || own > SLOW_OPERATOR * best) return [];
  return [
    `its operator ${main.operator} reaches ${giga(own)} at best on this machine, another one of ${main.arithmetic} ${giga(best)}`,
  ];
}

function giga(operationsPerSecond: number): string {
  return `${Math.round(operationsPerSecond / 1e9).toLocaleString('en-US')} Gop/s`;
}
