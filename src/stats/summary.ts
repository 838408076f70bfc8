// Sorting samples into a median, an interval and percentiles. Pure. Formulas: docs/metrics.md.

export interface Interval {
  low: number;
  high: number;
  /** How it was found; small samples cannot use order statistics. */
  method: 'order statistics' | 'Student t';
}

export interface Summary {
  n: number;
  median: number;
  /** 95 % interval of the location; null for a single value. */
  interval: Interval | null;
}

/** null for an empty list. */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { n: sorted.length, median: quantile(sorted, 0.5), interval: interval(sorted) };
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Linear interpolation between closest ranks (type 7, as R and NumPy do by default). `sorted` ascending, not empty. */
export function quantile(sorted: readonly number[], p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** Two-sided 97.5 % points of Student's t for 1 to 4 degrees of freedom. */
const T_975 = [12.7062, 4.3027, 3.1824, 2.7764];

function interval(sorted: readonly number[]): Interval | null {
  const n = sorted.length;
  if (n < 2) return null;
  if (n >= 6) {
    const rank = medianIntervalRank(n);
    return { low: sorted[rank - 1]!, high: sorted[n - rank]!, method: 'order statistics' };
  }
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = T_975[n - 2]! * Math.sqrt(variance / n);
  return { low: mean - half, high: mean + half, method: 'Student t' };
}

/** The largest rank r (from 1) for which [x(r), x(n+1−r)] covers the median with at least 95 %. n ≥ 6. */
export function medianIntervalRank(n: number): number {
  let tail = 0;
  let logTerm = -n * Math.LN2;
  let rank = 0;
  for (let k = 0; k < n; k++) {
    tail += Math.exp(logTerm);
    if (2 * tail > 0.05) break;
    rank = k + 1;
    logTerm += Math.log((n - k) / (k + 1));
  }
  return rank;
}

/** Fewest samples for a distribution-free 95 % upper bound of the p-quantile: 6, 36, 72, 368 for p50, 90, 95, 99. */
export function samplesForPercentile(p: number): number {
  return Math.ceil(Math.log(0.025) / Math.log(p));
}

/** The p-quantile, or null where the sample does not support it. */
export function supportedPercentile(values: readonly number[], p: number): number | null {
  if (values.length < samplesForPercentile(p)) return null;
  return quantile(
    [...values].sort((a, b) => a - b),
    p,
  );
}
