// The Mann–Whitney U test, exact, ties included: are two samples from the same distribution? Pure.
// Mann and Whitney (1947); the null distribution is counted over all splits of the pooled midranks.

/** Two-sided p-value. Both samples must hold at least one value. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledMidranks([...a, ...b]);
  const observed = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0);
  if (new Set(ranks).size === ranks.length) {
    const u = observed / 2 - (a.length * (a.length + 1)) / 2;
    return Math.min(1, 2 * lowerTail(a.length, b.length, Math.min(u, a.length * b.length - u)));
  }
  const counts = subsetSums(ranks, a.length);
  const expected = (a.length * ranks.reduce((sum, rank) => sum + rank, 0)) / ranks.length;
  const distance = Math.abs(observed - expected);
  let all = 0;
  let extreme = 0;
  counts.forEach((count, sum) => {
    all += count;
    if (Math.abs(sum - expected) >= distance - 1e-9) extreme += count;
  });
  return extreme / all;
}

/** P(U ≤ u) without ties. */
function lowerTail(n: number, m: number, u: number): number {
  return splitsByU(n, m)
    .slice(0, u + 1)
    .reduce((sum, share) => sum + share, 0);
}

const known = new Map<string, number[]>();

/**
 * Probability of each U up to the middle, the other half being its mirror image: the Gaussian binomial
 * ∏ (1 − x^(m+i)) ÷ (1 − x^i), of which the tail is exact as long as it fits a double.
 */
function splitsByU(n: number, m: number): number[] {
  const key = `${n} ${m}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const length = Math.floor((n * m) / 2) + 1;
  const counts = new Array<number>(length).fill(0);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = length - 1; u >= m + i; u--) counts[u]! -= counts[u - m - i]!;
    for (let u = i; u < length; u++) counts[u]! += counts[u - i]!;
  }
  const shares = counts.map((count) => (count * smallestP(n, m)) / 2);
  known.set(key, shares);
  return shares;
}

/** The smallest p-value that samples of these sizes can give. */
export function smallestP(n: number, m: number): number {
  let splits = 1;
  for (let k = 1; k <= n; k++) splits = (splits * (m + k)) / k;
  return Math.min(1, 2 / splits);
}

/** Rounds a side needed before any difference can be significant at `alpha`. */
export function roundsNeeded(alpha: number): number {
  let n = 1;
  while (smallestP(n, n) > alpha) n++;
  return n;
}

/** The smallest U that is significant at `alpha`, two-sided, without ties; null where none is. */
export function criticalU(n: number, m: number, alpha: number): number | null {
  if (smallestP(n, m) > alpha) return null;
  let tail = 0;
  const shares = splitsByU(n, m);
  const first = shares.findIndex((share) => {
    tail += share;
    return 2 * tail > alpha;
  });
  return n * m - first + 1;
}

/** Twice the midrank of each value, so that ranks of ties stay whole numbers. */
function doubledMidranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2);
}

/** counts[s] = number of subsets of `size` ranks that add up to s. */
function subsetSums(ranks: readonly number[], size: number): number[] {
  const largest = ranks.reduce((sum, rank) => sum + rank, 0);
  const counts = Array.from({ length: size + 1 }, () => new Array<number>(largest + 1).fill(0));
  counts[0]![0] = 1;
  for (const rank of ranks) {
    for (let taken = size; taken >= 1; taken--) {
      const from = counts[taken - 1]!;
      const to = counts[taken]!;
      for (let sum = largest; sum >= rank; sum--) to[sum]! += from[sum - rank]!;
    }
  }
  return counts[size]!;
}
