// Why a case may stay far below its ceiling: causes that the facts of its graph, its options and its placement name.
// Pure. Thresholds and reasons: docs/ceilings.md.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import { operatorRate } from './ceiling-share.js';
import { present } from './present.js';

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
  const { placement, key } = result;
  const { usableCores } = document.machine;
  const cpuNodes = placement?.providers.find(({ ep }) => ep === 'cpu')?.nodes ?? 0;
  return present(
    key.ep !== 'cpu' && cpuNodes > 0 && `${cpuNodes} computing nodes ran on the CPU instead of ${key.ep}`,
    key.ep === 'cpu' &&
      usableCores !== null &&
      key.threads > usableCores &&
      `${key.threads} threads share ${usableCores} cores`,
    ...(phase === 'prefill' ? promptCauses(result) : stepCauses(result, share, loopShare)),
    ...arithmetic(result),
    ...(RUNTIMES[key.runtime].kernels === 'own' ? [] : operatorCauses(document, result, share)),
  );
}

function promptCauses({ checkpoint, key }: CaseResult): string[] {
  const head = checkpoint?.graph.head;
  const prompt = key.workload.kind === 'micro' ? 0 : key.workload.prompt;
  if (head?.logits !== 'every position' || prompt <= 1) return [];
  return [
    `the graph computes logits for each of the ${prompt} positions (head of ${head.bits} bits), not for the last alone`,
  ];
}

function stepCauses(result: CaseResult, share: CeilingShare, loopShare: number | null): string[] {
  const stepMs = 1000 / share.ceilingRate;
  const passed = okRounds(result).some(({ options }) => options.kv === 'passed');
  return present(
    stepMs < SHORT_STEP_MS &&
      `a step could take ${stepMs.toFixed(1)} ms: costs that do not shrink with a model are most of it`,
    RUNTIMES[result.key.runtime].stepCost ??
      (passed && 'the KV cache is copied at each step: the graph cannot share it in place'),
    loopShare !== null &&
      loopShare > LARGE_LOOP_SHARE &&
      `${Math.round(loopShare * 100)} % of a step is spent outside the session`,
    result.checkpoint?.graph.kv === null && 'the shape of its KV cache is not known, so what it reads is not counted',
  );
}

function arithmetic({ checkpoint, key }: CaseResult): string[] {
  const half = checkpoint?.graph.work?.products.some((product) => product.arithmetic === 'fp16') ?? false;
  return present(
    half &&
      key.ep === 'cpu' &&
      !RUNTIMES[key.runtime].hasHalfKernels &&
      'the CPU has few half-precision kernels and converts to single precision',
  );
}

/** What is known of ONNX Runtime's operators. */
function operatorCauses(document: Pick<ResultDocument, 'ceilings'>, result: CaseResult, share: CeilingShare): string[] {
  const formats = result.checkpoint?.graph.formats ?? [];
  const inFloat = formats.some(({ operator, accuracyLevel }) => operator === 'MatMulNBits' && accuracyLevel !== 4);
  return present(
    inFloat && 'accuracy_level is not 4: packed weights are unpacked and multiplied in float',
    slowOperator(document, result, share),
  );
}

/** A graph's own operator may be slower at its best than another one of the same arithmetic. */
function slowOperator(
  document: Pick<ResultDocument, 'ceilings'>,
  result: CaseResult,
  { boundBy, operationsPerSecond }: CeilingShare,
): string | null {
  if (boundBy !== 'matrix products') return null;
  const products = result.checkpoint?.graph.work?.products ?? [];
  const [main] = products.toSorted((a, b) => b.operations - a.operations);
  if (main === undefined) return null;
  const own = operatorRate(document, result, main.operator, main.arithmetic);
  const best = operationsPerSecond[main.arithmetic];
  if (own === null || best === undefined || own > SLOW_OPERATOR * best) return null;
  return `its operator ${main.operator} reaches ${giga(own)} at best on this machine, another one of ${main.arithmetic} ${giga(best)}`;
}

function giga(operationsPerSecond: number): string {
  return `${Math.round(operationsPerSecond / 1e9).toLocaleString('en-US')} Gop/s`;
}
