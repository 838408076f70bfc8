// The view of `models list`: known models and what of them is on this disk, each with whether it fits. Pure.
import { type Dtype, kvValueBytes } from '../contract/dtypes.js';
import type { ListedModel } from '../contract/views/models-list.js';
import { estimatedWeights, type FitTerm, fitArithmetic, fitOf } from './memory-fit.js';

/** The context that `fits` counts with. */
export const CONTEXT_TOKENS = 4096;
/** The dtype that a model is judged in while it is not on this disk. */
export const ASSUMED_DTYPE = 'q4';

/** A model as it is known or found, before it is held against the memory of this machine. */
export type FoundModel = Omit<ListedModel, 'dtype' | 'fits' | 'neededBytes' | 'arithmetic'> & {
  dtype: Dtype | null;
  kvValuesPerToken: number | null;
  /** The longest context that it was made for. */
  context: number | null;
  /** What the hub lists for the assumed dtype. */
  publishedBytes: number | null;
};

export function listedModel(found: FoundModel, memoryBytes: number): ListedModel {
  const { kvValuesPerToken, context, publishedBytes, ...rest } = found;
  const weights = weightsOf(found);
  const kvBytesPerToken =
    kvValuesPerToken === null ? null : kvValuesPerToken * kvValueBytes(found.dtype ?? ASSUMED_DTYPE);
  const tokens = Math.min(CONTEXT_TOKENS, context ?? CONTEXT_TOKENS);
  if (weights === null) return { ...rest, fits: null, neededBytes: null, arithmetic: null };
  const fit = fitOf({ weights, kvBytesPerToken, tokens }, memoryBytes);
  return { ...rest, fits: fit.fits, neededBytes: fit.neededBytes, arithmetic: fitArithmetic(fit) };
}

function weightsOf({ bytes, dtype, publishedBytes, parameters }: FoundModel): FitTerm | null {
  if (bytes !== null) return { name: `${dtype} weights`, bytes };
  if (publishedBytes !== null) return { name: `${ASSUMED_DTYPE} weights`, bytes: publishedBytes };
  return parameters === null ? null : estimatedWeights(parameters, ASSUMED_DTYPE);
}
