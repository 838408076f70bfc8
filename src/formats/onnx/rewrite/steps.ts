// The rewrite steps by name, in the order in which they are applied. docs/tune.md says what each gains and costs.
import { raiseAccuracyLevel } from './accuracy-level.js';
import { addPrefillGraph } from './add-prefill-graph.js';
import { type Draft, prune, type Rewrite, type RewriteOptions } from './draft.js';
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
