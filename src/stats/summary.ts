// Sorting samples into a median, an interval and percentiles. Pure. Formulas: docs/metrics.md.
import type { Interval, Summary } from '../contract/views/figures.js';
import { medianStandardError } from './bootstrap.js';
import { student95 } from './student.js';

/** null for an empty list. */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { n: sorted.length, median: quantile(sorted, 0.5), interval: interval(sorted) };
}

export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** Linear interpolation between closest ranks (type 7, as R and NumPy do by default). `sorted` ascending, not empty. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

function interval(sorted: Float64Array): Interval | null {
  const n = sorted.length;
  if (n < 2) return null;
  const middle = quantile(sorted, 0.5);
  const [error, method] =
    n === 2
      ? ([(sorted[1]! - sorted[0]!) / 2, 'Student t'] as const)
      : ([medianStandardError([...sorted]), 'bootstrap'] as const);
  const half = student95(n - 1) * error;
  return { low: middle - half, high: middle + half, method };
}

/** Fewest samples for a distribution-free 95 % upper bound of the p-quantile: 6, 36, 72, 368 for p50, 90, 95, 99. */
export function samplesForPercentile(p: number): number {
  return Math.ceil(Math.log(0.025) / Math.log(p));
}

/** Half of the interval's width, relative to the median. */
export function relativeHalfWidth({ interval, median }: Pick<Summary, 'interval' | 'median'>): number {
  return interval === null ? 0 : (interval.high - interval.low) / 2 / Math.abs(median);
}
