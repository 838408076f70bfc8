// What watching a worker costs it, and whether its own times are those of a stopwatch outside. Pure. docs/metrics.md
import type { GenerateIteration } from '../contract/result.js';
import type { Summary } from '../contract/views/figures.js';
import { summarize } from './summary.js';

export type Outcome = 'pass' | 'fail' | 'not shown';

/** The largest cost of watching, as a share of the decode rate. */
export const MOST_SAMPLER_COST = 0.01;
export const MOST_STOPWATCH_DIFFERENCE = 0.02;

/** The outer two of every four iterations are watched, so that drift cancels out. Iteration 0 is the warm-up. */
export function isWatched(iteration: number): boolean {
  return iteration % 4 < 2;
}

/** One cost for each complete block of four iterations of a process, whose first iteration is the warm-up. */
export function blockCosts(iterations: readonly Pick<GenerateIteration, 'tokenMs'>[]): number[] {
  const costs: number[] = [];
  for (let first = 1; first + 3 < iterations.length; first += 4) {
    const [a, b, c, d] = iterations.slice(first, first + 4).map(decodeMs) as [number, number, number, number];
    costs.push(1 - (b + c) / (a + d));
  }
  return costs;
}

/**
 * `cost`: over blocks of four iterations, 1 − rate watched ÷ rate not watched. The goal counts as met or missed only if
 * the whole interval lies on that side of it.
 */
export function samplerCost(costs: readonly number[]): { cost: Summary; outcome: Outcome } | null {
  const cost = summarize(costs);
  if (cost === null || cost.interval === null) return null;
  const { low, high } = cost.interval;
  return { cost, outcome: high < MOST_SAMPLER_COST ? 'pass' : low > MOST_SAMPLER_COST ? 'fail' : 'not shown' };
}

/** `outsideMs`: from the first token to the end, as another process saw the messages. */
export function stopwatchCheck(iteration: Pick<GenerateIteration, 'tokenMs'>, outsideMs: number) {
  const insideMs = decodeMs(iteration);
  const difference = outsideMs / insideMs - 1;
  const outcome: Outcome = Math.abs(difference) <= MOST_STOPWATCH_DIFFERENCE ? 'pass' : 'fail';
  return { insideMs, outsideMs, difference, outcome };
}

function decodeMs({ tokenMs }: Pick<GenerateIteration, 'tokenMs'>): number {
  return tokenMs.at(-1)! - tokenMs[0]!;
}
