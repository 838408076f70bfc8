// How many rounds a target takes, planned once from the first rounds (Stein 1945). The plan depends on their spread alone, so
// that later rounds are never looked at to decide: the interval of all of them covers as often as it says. Pure.
import type { UntilPrecise } from '../contract/rounds.js';
import { student95 } from './summary.js';

/** Rounds from which the plan is made; a minimum below it makes the plan from as many. */
export const PLANNED_FROM = 8;

/** n ← max(n₀, ⌈(t₀.₉₇₅(n₀ − 1) · s₀ ÷ d)²⌉). `halfWidth` is relative to the mean. At least two values. */
export function steinRounds(first: readonly number[], halfWidth: number): number {
  const n = first.length;
  const mean = first.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const rounds = ((student95(n - 1) * deviation) / (halfWidth * Math.abs(mean))) ** 2;
  // Rounding errors do not ask for one more.
  return Math.max(n, Math.ceil(rounds * (1 - 1e-9)));
}

/** Rounds at which an interval that is ± `half` after n rounds is expected to be ± `target`. */
export function roundsFor(target: number, { n, half }: { n: number; half: number }): number {
  const halfAfter = (rounds: number) => ((half * student95(rounds - 1)) / student95(n - 1)) * Math.sqrt(n / rounds);
  const limit = Math.floor(n * ((half * student95(1e9)) / (student95(n - 1) * target)) ** 2);
  let rounds = Math.max(n, limit);
  while (halfAfter(rounds) > target) rounds++;
  return rounds;
}

/**
 * Wider intervals for a result that was continued with a smaller target: whoever looks again may stop at a lucky spread.
 * With 1.2, even a look after every round covers 96 to 98 %.
 */
export function lookFactor({ looks = 1 }: UntilPrecise): number {
  return looks > 1 ? 1.2 : 1;
}
