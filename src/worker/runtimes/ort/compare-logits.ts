// How far two rows of logits are apart as distributions over the next token, computed in float64.
import type { Position } from '../../../contract/fidelity.js';
import { problem } from '../../../errors.js';
import { argmax } from './argmax.js';

/** The Kullback–Leibler divergence of the candidate from the original in nats, and whether their best tokens agree. */
export function compareLogits(original: Float32Array, candidate: Float32Array): Omit<Position, 'kind'> {
  const [p, q] = [normalizerOf(original), normalizerOf(candidate)];
  let divergence = 0;
  for (let i = 0; i < original.length; i++) {
    const logP = original[i]! - p;
    divergence += Math.exp(logP) * (logP - (candidate[i]! - q));
  }
  if (!Number.isFinite(divergence))
    throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'the logits are not numbers' });
  const same = argmax(original, 0, original.length) === argmax(candidate, 0, candidate.length);
  // Rounding may make the sum of equal distributions negative.
  return { divergence: Math.max(divergence, 0), same };
}

/** ln Σ exp(logit) */
function normalizerOf(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (!(logit <= largest)) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum);
}
