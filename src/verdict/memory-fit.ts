// Does it fit: bytes that a run needs, term by term, against what this machine has. Pure; every term is named, so that
// the answer can be checked with a pencil.
import { bitsPerWeight, DTYPES, type Dtype } from '../contract/dtypes.js';

export interface FitTerm {
  name: string;
  bytes: number;
}

export interface Fit {
  fits: boolean;
  terms: FitTerm[];
  neededBytes: number;
  memoryBytes: number;
}

interface FitNeed {
  /** The first term, called `q4 weights` for example. */
  weights: FitTerm;
  /** Bytes that one token adds to the KV cache; null where it is not known, and then not counted. */
  kvBytesPerToken: number | null;
  tokens: number;
}

/**
 * Process, library and activations. The committed first light has a peak of 583 MB for 275 MB of files and 16 MB of
 * cache (qwen2.5-0.5b, tuned q4, 640 tokens): 292 MB beside them.
 */
const WORKING_SET_BYTES = 300_000_000;

export function fitOf({ weights, kvBytesPerToken, tokens }: FitNeed, memoryBytes: number): Fit {
  const cache = `KV cache of ${tokens.toLocaleString('en-US')} tokens`;
  const kv = kvBytesPerToken === null ? [] : [{ name: cache, bytes: tokens * kvBytesPerToken }];
  const terms = [weights, ...kv, { name: 'working set', bytes: WORKING_SET_BYTES }];
  const neededBytes = terms.reduce((sum, term) => sum + term.bytes, 0);
  return { fits: neededBytes <= memoryBytes, terms, neededBytes, memoryBytes };
}

/** `q4 weights 377 GB + KV cache of 640 tokens 0.1 GB + working set 0.3 GB = 377.4 GB; this machine has 25.2 GB` */
export function fitArithmetic({ terms, neededBytes, memoryBytes }: Fit, available = 'this machine has'): string {
  const sum = terms.map(({ name, bytes }) => `${name} ${gigabytes(bytes)}`).join(' + ');
  return `${sum} = ${gigabytes(neededBytes)}; ${available} ${gigabytes(memoryBytes)}`;
}

function gigabytes(bytes: number): string {
  const digits = bytes >= 1e11 ? 0 : bytes >= 1e10 ? 1 : 2;
  return `${(bytes / 1e9).toFixed(digits)} GB`;
}

/** Estimates the weights of a model that is not on disk from its parameters alone, without tables in full precision. */
export function estimatedWeights(parameters: number, dtype: string): FitTerm | null {
  if (!(dtype in DTYPES)) return null;
  const { bits, scaleBits } = bitsPerWeight(dtype as Dtype);
  const how = scaleBits === 0 ? `${bits} bits` : `${bits} + ${scaleBits} bits, scales included`;
  return { name: `${dtype} weights (at ${how})`, bytes: Math.ceil((parameters * (bits + scaleBits)) / 8) };
}
