// Values that stand apart from the others: marked, never removed. Pure.
// Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: the modified z-score, beyond 3.5.
import { median } from './summary.js';

const LIMIT = 3.5;
/** With fewer values, two that happen to agree make a third look strange. */
const FEWEST = 5;
/** For a normal distribution, the median absolute deviation is 0.6745 s and the mean absolute deviation is s ÷ 1.2533. */
const MAD_PER_DEVIATION = 0.6745;
const DEVIATION_PER_MEAN = 1.253314;

/** How many standard deviations each value lies from the median, with a deviation that outliers do not inflate. */
export function modifiedZScores(values: readonly number[]): number[] {
  const middle = median(values);
  const distances = values.map((value) => Math.abs(value - middle));
  const mad = median(distances);
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const deviation = mad > 0 ? mad / MAD_PER_DEVIATION : DEVIATION_PER_MEAN * mean;
  return values.map((value) => (deviation === 0 ? 0 : (value - middle) / deviation));
}

/** Indices of the values that stand apart. */
export function outliersOf(values: readonly number[]): number[] {
  if (values.length < FEWEST) return [];
  return modifiedZScores(values).flatMap((score, place) => (Math.abs(score) > LIMIT ? [place] : []));
}
