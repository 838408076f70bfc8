// Pairs of rounds that were run one after the other: the size of a change, whether a slowdown is excluded, and whether any
// of several figures changed. d = ln(candidate ÷ baseline). Pure. The rules: docs/comparison.md, "Confirming an alert".
import type { PairOutcome } from '../contract/views/pairs.js';
import { uniform } from './random.js';
import { median } from './summary.js';

/** Below, no limits exist at 95 %. */
export const FEWEST_PAIRS = 6;

export interface HodgesLehmann {
  estimate: number;
  /** Exact 95 % limits: of an interval, and one-sided ones of 95 % each. */
  twoSided: [lower: number, upper: number];
  oneSided: [lower: number, upper: number];
}

/** The median of the means of all two differences, a difference with itself too; null below 6. Hodges and Lehmann (1963). */
export function hodgesLehmann(differences: readonly number[]): HodgesLehmann | null {
  const n = differences.length;
  if (n < FEWEST_PAIRS) return null;
  const means = Float64Array.from(differences.flatMap((d, i) => differences.slice(i).map((other) => (d + other) / 2)));
  means.sort();
  const limits = (tail: number): [number, number] => {
    const k = signedRankPlace(n, tail);
    return [means[k - 1]!, means.at(-k)!];
  };
  return { estimate: median([...means]), twoSided: limits(0.025), oneSided: limits(0.05) };
}

/** The limit is the k-th mean from its end: the largest k with P(W < k) ≤ `tail`, W being Wilcoxon's signed rank sum. */
export function signedRankPlace(n: number, tail: number): number {
  const largest = (n * (n + 1)) / 2;
  const shares = new Float64Array(largest + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let sum = largest; sum >= 0; sum--) shares[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
  let below = 0;
  let k = 0;
  while (below + shares[k]! <= tail) below += shares[k++]!;
  return k;
}

/** A slowdown and its one-sided 95 % limits, as shares of the baseline; `margin` is what is tolerated. */
interface Slowdown {
  estimate: number;
  lower: number;
  upper: number;
  margin: number;
}

/** What is neither excluded nor shown is not shown. It is never a pass. */
export function nonInferiority({ estimate, lower, upper, margin }: Slowdown): PairOutcome {
  if (upper < margin) return 'pass';
  return lower > 0 && estimate >= margin ? 'worse' : 'not shown';
}

const ENUMERATED_PAIRS = 12;
const SAMPLED_FLIPS = 4096;
/** Degrees of freedom that the median variance of all figures lends to each of them. */
const LENT = 8;

/**
 * p of each figure among all of them (Westfall and Young 1993): without a change, the sides of a pair could be exchanged.
 * Whole pairs are flipped, the same for all figures, and each figure is held against the largest one of every flip.
 * `figures` have one difference a pair, null where it was dropped.
 */
export function signFlipMaxT(figures: readonly (readonly (number | null)[])[]): number[] {
  const pairs = Math.max(0, ...figures.map((differences) => differences.length));
  const observed = statistics(figures, () => 1);
  const flips = pairs <= ENUMERATED_PAIRS ? everyFlip(pairs) : sampledFlips(pairs);
  const counts = figures.map(() => 0);
  let all = 0;
  for (const flip of flips) {
    const largest = Math.max(...statistics(figures, flip));
    all++;
    observed.forEach((value, i) => {
      if (largest >= value * (1 - 1e-9)) counts[i]!++;
    });
  }
  return counts.map((count) => count / all);
}

type Flip = (pair: number) => 1 | -1;

/** Half of them: the other half has the same sizes. */
function* everyFlip(pairs: number): Generator<Flip> {
  for (let bits = 0; bits < 2 ** Math.max(0, pairs - 1); bits++) yield (pair) => ((bits >> pair) & 1 ? -1 : 1);
}

/** The order that was measured is one of them. */
function* sampledFlips(pairs: number): Generator<Flip> {
  yield () => 1;
  const next = uniform(1);
  for (let i = 1; i < SAMPLED_FLIPS; i++) {
    const signs = Array.from({ length: pairs }, () => (next() < 0.5 ? -1 : 1) as 1 | -1);
    yield (pair) => signs[pair]!;
  }
}

/** |median| over a standard deviation that is drawn towards that of the other figures. */
function statistics(figures: readonly (readonly (number | null)[])[], flip: Flip): number[] {
  const moments = figures.map((differences) => {
    const flipped = differences.flatMap((d, pair) => (d === null ? [] : [d * flip(pair)]));
    const mean = flipped.reduce((sum, d) => sum + d, 0) / flipped.length;
    const degrees = flipped.length - 1;
    const squares = flipped.reduce((sum, d) => sum + (d - mean) ** 2, 0);
    return { size: flipped.length === 0 ? 0 : Math.abs(median(flipped)), degrees, squares };
  });
  const variances = moments.flatMap(({ degrees, squares }) => (degrees > 0 ? [squares / degrees] : []));
  const typical = variances.length === 0 ? 0 : median(variances);
  return moments.map(({ size, degrees, squares }) =>
    size === 0 ? 0 : size / Math.sqrt((LENT * typical + squares) / (LENT + Math.max(0, degrees))),
  );
}
