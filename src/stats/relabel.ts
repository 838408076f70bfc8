// The ways of dealing the rounds of two sides out again: all of them where they are few, else a seeded sample. Pure.
import { uniform } from './random.js';

/** Up to this many are enumerated, and of more this many are drawn: 7 + 7 rounds have 3,432, of which half are mirrored. */
export const MOST = 2000;
const SEED = 1;

export interface Relabellings {
  count: number;
  /** null: all were enumerated. */
  seed: number | null;
  /** Orders of the rounds, the baseline's first, each in the same array; the first is the one that was measured. */
  orders(): Iterable<Uint16Array>;
}

/** `first` rounds of `size` are the baseline's. `isEven` where each figure has all of them; else orders are drawn. */
export function relabellings(first: number, size: number, isEven: boolean): Relabellings {
  // With equal sides each deal has a mirror image, which is as far from even as itself.
  const isMirrored = size === 2 * first;
  const deals = choose(size, first) / (isMirrored ? 2 : 1);
  return isEven && deals <= MOST
    ? { count: deals, seed: null, orders: () => all(first, size, isMirrored) }
    : { count: MOST, seed: SEED, orders: () => drawn(size) };
}

/** The smallest p-value that rounds of these counts can give. */
export function smallestP(n: number, m: number): number {
  return Math.min(1, (n === m ? 2 : 1) / choose(n + m, n));
}

/** Rounds a side needed before any difference can be significant. */
export function roundsNeeded(alpha: number): number {
  let n = 1;
  while (smallestP(n, n) > alpha) n++;
  return n;
}

function choose(size: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (size - k + i)) / i;
  return Math.round(result);
}

function* all(first: number, size: number, isMirrored: boolean): Generator<Uint16Array> {
  const chosen = Array.from({ length: first }, (_, i) => i);
  const order = new Uint16Array(size);
  for (;;) {
    let [taken, left] = [0, first];
    for (let slot = 0; slot < size; slot++) {
      if (chosen[taken] === slot) order[taken++] = slot;
      else order[left++] = slot;
    }
    yield order;
    let last = first - 1;
    while (last >= 0 && chosen[last] === size - first + last) last--;
    if (last < (isMirrored ? 1 : 0)) return;
    chosen[last]!++;
    for (let i = last + 1; i < first; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

/** Random orders in the same array; the first is 0, 1, 2 … */
export function* drawn(size: number): Generator<Uint16Array> {
  const next = uniform(SEED);
  const order = Uint16Array.from({ length: size }, (_, i) => i);
  yield order;
  for (let count = 1; count < MOST; count++) {
    for (let i = size - 1; i > 0; i--) {
      const other = Math.floor(next() * (i + 1));
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    yield order;
  }
}
