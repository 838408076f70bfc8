// The rewrite steps by name, in the order in which they are applied. docs/tune.md says what each gains and costs.
import { decoderOf } from '../decoder-interface.js';
import { prefillGraph } from '../prefill-graph.js';
import { raiseAccuracyLevel } from './accuracy-level.js';
import { type Draft, type Outcome, prune, type Rewrite, type RewriteOptions } from './draft.js';
import { enlargeBlocks } from './larger-blocks.js';
import { keepLastLogits } from './last-token-logits.js';
import { packProjections } from './pack-projections.js';
import { quantiseHead } from './quantise-head.js';

const REWRITES = {
  'larger-blocks': enlargeBlocks,
  'accuracy-level': raiseAccuracyLevel,
  'quantise-head': quantiseHead,
  'last-token-logits': keepLastLogits,
  'pack-projections': packProjections,
  'prefill-graph': addPrefillGraph,
} satisfies Record<string, Rewrite>;

export type StepName = keyof typeof REWRITES;
export const STEPS = Object.keys(REWRITES) as StepName[];

/** Steps that were measured to be faster and do not round the weights of the layers again (docs/tune.md). */
export const DEFAULT_STEPS: readonly StepName[] = ['accuracy-level', 'quantise-head', 'last-token-logits'];

export interface StepReport {
  step: StepName;
  applied: boolean;
  /** What it did, or why it does not apply. */
  note: string;
}

/** Applies the wanted steps, and reports on each. */
export function rewrite(
  draft: Draft,
  wanted: readonly StepName[],
  options: RewriteOptions,
): { draft: Draft; reports: StepReport[] } {
  let current = draft;
  const reports = STEPS.filter((step) => wanted.includes(step)).map((step): StepReport => {
    const outcome = REWRITES[step](current, options);
    if ('skipped' in outcome) return { step, applied: false, note: outcome.skipped };
    current = outcome.draft;
    return { step, applied: true, note: outcome.did };
  });
  return { draft: prune(current), reports };
}

/** Asks for a prefill graph where the checkpoint can have one. It is derived when the draft is written. */
function addPrefillGraph(draft: Draft): Outcome {
  const decoder = decoderOf(draft.model);
  if (typeof decoder === 'string' || !decoder.shareableKv)
    return { skipped: 'the KV cache is not shared in place, so two graphs cannot fill it' };
  const made = prefillGraph(draft.model, 'data', 0);
  if (made === null) return { skipped: 'no MatMulNBits has float32 scales without zero points' };
  const products = made.derived.filter(({ type }) => type === 'int8').length;
  return { draft: { ...draft, prefillGraph: true }, did: `a graph for prompts, ${products} products in int8` };
}
