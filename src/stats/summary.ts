// Sorting samples into a median, an interval and percentiles. Pure. Formulas: docs/metrics.md.
import type { Interval, Summary } from '../contract/views/figures.js';
import { medianStandardError } from './bootstrap.js';

/** null for an empty list. */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { n: sorted.length, median: quantile(sorted, 0.5), interval: interval(sorted) };
}

export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** null where no value is known. */
export function medianOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
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
  const error = n === 2 ? (sorted[1]! - sorted[0]!) / 2 : medianStandardError([...sorted]);
  const half = student95(n - 1) * error;
  return { low: middle - half, high: middle + half, method: n === 2 ? 'Student t' : 'bootstrap' };
}

/** Fewest samples for a distribution-free 95 % upper bound of the p-quantile: 6, 36, 72, 368 for p50, 90, 95, 99. */
export function samplesForPercentile(p: number): number {
  return Math.ceil(Math.log(0.025) / Math.log(p));
}

/** An interval `factor` times as wide, where rounds were looked at before. */
export function widened(middle: number, interval: Interval | null, factor: number): Interval | null {
  if (interval === null || factor === 1) return interval;
  const from = (limit: number) => middle + (limit - middle) * factor;
  return { ...interval, low: from(interval.low), high: from(interval.high) };
}

/** Half of the interval's width, relative to the median. */
export function relativeHalfWidth({ interval, median }: Pick<Summary, 'interval' | 'median'>): number {
  return interval === null ? 0 : (interval.high - interval.low) / 2 / Math.abs(median);
}

/** Few degrees of freedom are tabled; above, the expansion of Abramowitz and Stegun 26.7.5 is right to four digits. */
const TABLE = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706];
const NORMAL = 1.959964;

/** The two-sided 95 % point of Student's t; between two tabled degrees, linear in 1 ÷ degrees. */
export function student95(degrees: number): number {
  const whole = Math.floor(degrees);
  const [less, more] = [TABLE[whole - 1], TABLE[whole]];
  if (less !== undefined && whole === degrees) return less;
  if (less !== undefined && more !== undefined)
    return more + (less - more) * (1 / degrees - 1 / (whole + 1)) * whole * (whole + 1);
  const z = NORMAL;
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, power) => sum + term / degrees ** power, 0);
}
