// Prompts: token ids drawn uniformly from the whole vocabulary, seeded, new for every iteration.
import { keyStream } from '../networks/random-weights.js';

/** Stored with each iteration. Seeds are distinct for up to a thousand rounds and iterations. */
export function iterationSeed(suiteSeed: number, round: number, iteration: number): number {
  return suiteSeed * 1_000_000 + round * 1_000 + iteration;
}

export function promptTokens(seed: number, count: number, vocabSize: number): BigInt64Array {
  const next = keyStream(`prompt:${seed}`);
  return BigInt64Array.from({ length: count }, () =>
    BigInt(Math.floor((next(4).readUInt32LE() / 2 ** 32) * vocabSize)),
  );
}
