// Turns the times of equal passes into a ceiling: the best pass, the median pass, and how far the true rate may lie above the
// best one. Pure.

/** Passes on a quiet machine differ by less than this, through clocks, frequency steps and other users of the memory bus. */
const LEAST_UNCERTAINTY = 0.05;

type Rate = Record<'value' | 'low' | 'high', number>;

/** `amount` is what one pass reads or computes, in bytes or operations; `passMs` is how long each pass took. */
export function rateOf(amount: number, passMs: readonly number[]): Rate {
  const sorted = [...passMs].sort((a, b) => a - b);
  const perSecond = (ms: number) => significant((1000 * amount) / ms);
  const value = perSecond(sorted[0]!);
  const low = perSecond(sorted[Math.floor(sorted.length / 2)]!);
  return { value, low, high: significant(Math.max(value * (1 + LEAST_UNCERTAINTY), 2 * value - low)) };
}

/** Rounds to four digits, which is more than a pass can resolve. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}
