// Whether a profile of a case's answer shows the matrix products that its prompt needs: tokens seen, and operations. Pure.
import type { PromptAnswer } from '../contract/prompt-answer.js';
import type { CaseResult } from '../contract/result.js';
import type { Multiplied } from '../contract/views/figures.js';

/** Operations of the graph's facts are rounded. */
const ROUNDING = 0.999;

/** null where it was not profiled. */
export function multipliedOf(
  { checkpoint }: Pick<CaseResult, 'checkpoint'>,
  answer: PromptAnswer | null,
): Multiplied | null {
  const found = answer?.multiplied ?? null;
  if (found === null) return null;
  const { tokens, seen, operations } = found;
  const leastOperations = operations === null ? null : leastOf(checkpoint, found);
  const isEnough = leastOperations === null || operations! >= ROUNDING * leastOperations;
  return { tokens, seen, operations, leastOperations, isWhole: seen >= tokens && isEnough };
}

/** A graph may compute its last layer, like the head, for the chosen tokens alone. */
function leastOf(
  checkpoint: CaseResult['checkpoint'],
  { tokens, chosen }: NonNullable<PromptAnswer['multiplied']>,
): number | null {
  const work = checkpoint?.graph.work;
  const layers = work?.attention.reduce((sum, group) => sum + group.layers, 0) ?? 0;
  if (work === undefined || layers === 0) return null;
  const ofToken = work.products.reduce((sum, { operations }) => sum + operations, 0);
  const ofLayer = ofToken / layers;
  return (ofToken - ofLayer) * tokens + (ofLayer + (work.head?.operations ?? 0)) * chosen;
}
