// The bootstrap of the median, exact: the standard error over all nⁿ resamples, by their probabilities. Pure.
// Efron and Tibshirani (1993), An Introduction to the Bootstrap; nothing is drawn, so there is no seed.

/** `sorted` ascending, at least one value. */
export function medianStandardError(sorted: readonly number[]): number {
  const medians = sorted.length % 2 === 1 ? ofOdd(sorted) : ofEven(sorted);
  const mean = medians.reduce((sum, { value, probability }) => sum + probability * value, 0);
  const variance = medians.reduce((sum, { value, probability }) => sum + probability * (value - mean) ** 2, 0);
  return Math.sqrt(variance);
}

interface Median {
  value: number;
  probability: number;
}

/** The median is at most the k-th value when at least half of the draws are. */
function ofOdd(sorted: readonly number[]): Median[] {
  const n = sorted.length;
  const atMost = (k: number) => binomialTail(n, k / n, (n + 1) / 2);
  return sorted.map((value, i) => ({ value, probability: atMost(i + 1) - atMost(i) }));
}

/** The mean of the two draws in the middle: of the i-th and the j-th value, or twice the i-th. */
function ofEven(sorted: readonly number[]): Median[] {
  const n = sorted.length;
  const half = n / 2;
  const splits = Math.exp(logChoose(n, half));
  const below = sorted.map((_, i) => ((i + 1) / n) ** half - (i / n) ** half);
  const apart = sorted.flatMap((low, i) =>
    sorted.slice(i + 1).map((high, distance) => {
      const above = below[n - 2 - i - distance]!;
      return { value: (low + high) / 2, probability: splits * below[i]! * above };
    }),
  );
  const twice = sorted.map((value, i) => {
    // Not more than half are below it, not more than half above it, less those that split on its very edge.
    const more = binomialTail(n, (i + 1) / n, half) - binomialTail(n, i / n, half);
    const split = splits * below[i]! * ((n - 1 - i) / n) ** half;
    return { value, probability: more - split };
  });
  return [...apart, ...twice];
}

/** P(X ≥ least) for X binomial. */
export function binomialTail(n: number, p: number, least: number): number {
  if (p === 0) return 0;
  if (p === 1) return 1;
  let sum = 0;
  for (let k = least; k <= n; k++) sum += Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
  return sum;
}

const logFactorials = [0];

function logChoose(n: number, k: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]! - logFactorials[k]! - logFactorials[n - k]!;
}
