// What watching a worker costs it, and whether its own times are those of a stopwatch outside. Pure. docs/metrics.md
import type { GenerateIteration } from '../result/schema.js';
import { type Summary, summarize } from './summary.js';

export type Outcome = 'pass' | 'fail' | 'not shown';

/** Of the decode rate. */
export const MOST_SAMPLER_COST = 0.01;
export const MOST_STOPWATCH_DIFFERENCE = 0.02;

export interface SamplerCost {
  /** Of the pairs: 1 − rate watched ÷ rate not watched. */
  cost: Summary;
  outcome: Outcome;
}

/** Every second pair begins watched, so that drift hits both alike. Iteration 0 is the warm-up. */
export function isWatched(iteration: number): boolean {
  const pair = Math.ceil(iteration / 2);
  return (iteration % 2 === 1) === (pair % 2 === 1);
}

/** `iterations` of one process, warm-up first; null without a whole pair. */
export function pairCosts(iterations: readonly Pick<GenerateIteration, 'tokenMs'>[]): number[] {
  const costs: number[] = [];
  for (let first = 1; first + 1 < iterations.length; first += 2) {
    const [a, b] = [decodeMs(iterations[first]!), decodeMs(iterations[first + 1]!)];
    const [watched, alone] = isWatched(first) ? [a, b] : [b, a];
    costs.push(1 - alone / watched);
  }
  return costs;
}

/** A goal is met or missed where the whole interval says so. */
export function samplerCost(costs: readonly number[]): SamplerCost | null {
  const cost = summarize(costs);
  if (cost === null || cost.interval === null) return null;
  const { low, high } = cost.interval;
  return { cost, outcome: high < MOST_SAMPLER_COST ? 'pass' : low > MOST_SAMPLER_COST ? 'fail' : 'not shown' };
}

export interface StopwatchCheck {
  insideMs: number;
  outsideMs: number;
  /** outside ÷ inside − 1 */
  difference: number;
  outcome: Outcome;
}

/** `outsideMs`: from the news of the first token to that of the end, as another process saw them. */
export function stopwatchCheck(iteration: Pick<GenerateIteration, 'tokenMs'>, outsideMs: number): StopwatchCheck {
  const insideMs = decodeMs(iteration);
  const difference = outsideMs / insideMs - 1;
  const outcome = Math.abs(difference) <= MOST_STOPWATCH_DIFFERENCE ? 'pass' : 'fail';
  return { insideMs, outsideMs, difference, outcome };
}

function decodeMs({ tokenMs }: Pick<GenerateIteration, 'tokenMs'>): number {
  return tokenMs.at(-1)! - tokenMs[0]!;
}
