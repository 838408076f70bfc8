// From the times of equal passes to a ceiling: the best pass, the median one, and how far above the best one the truth
// may be. Pure.

/** Clocks, frequency steps and neighbours on the memory bus: two passes of a quiet machine differ by less than this. */
const LEAST_UNCERTAINTY = 0.05;

export interface Rate {
  value: number;
  low: number;
  high: number;
}

/** `amount` (bytes or operations) of one pass, over the milliseconds that each pass took. */
export function rateOf(amount: number, passMs: readonly number[]): Rate {
  const sorted = [...passMs].sort((a, b) => a - b);
  const perSecond = (ms: number) => significant((1000 * amount) / ms);
  const value = perSecond(sorted[0]!);
  const low = perSecond(sorted[Math.floor(sorted.length / 2)]!);
  return { value, low, high: significant(Math.max(value * (1 + LEAST_UNCERTAINTY), 2 * value - low)) };
}

/** Four digits are more than a pass can tell. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}
