// What watching costs, on iterations whose cost is known; and the stopwatch.
import { describe, expect, it } from 'vitest';
import { blockCosts, isWatched, samplerCost, stopwatchCheck } from '../../src/stats/observer.js';
import { uniform } from '../../src/stats/random.js';

/** A worker that drifts by 0.5 % an iteration, has noise, and takes `slowdown` as long while it is watched. */
function iterations(blocks: number, slowdown: number, noise = 0) {
  const random = uniform(7);
  return Array.from({ length: 4 * blocks + 1 }, (_, i) => {
    const ms = 200 * 1.005 ** i * (1 + noise * (random() - 0.5)) * (isWatched(i) ? slowdown : 1);
    return { tokenMs: [30, 30 + ms / 2, 30 + ms] };
  });
}

describe('blocks', () => {
  it('are watched at both ends', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(isWatched)).toEqual([true, false, false, true, true, false, false, true]);
  });

  it('leave the warm-up out, and what is no whole block', () => {
    expect(blockCosts(iterations(3, 1))).toHaveLength(3);
    expect(blockCosts(iterations(3, 1).slice(0, -1))).toHaveLength(2);
    expect(blockCosts(iterations(0, 1))).toEqual([]);
  });

  it('show the cost through drift', () => {
    // 5 % longer is a rate of 1 ÷ 1.05; drift moves odd and even pairs to either side of it.
    const { cost, outcome } = samplerCost(blockCosts(iterations(20, 1.05)))!;
    expect(cost.median).toBeCloseTo(1 - 1 / 1.05, 3);
    expect(outcome).toBe('fail');
  });

  it.each([
    [1, 0.001, 'pass'],
    [1.005, 0.001, 'pass'],
    [1.02, 0.001, 'fail'],
    [1.01, 0.2, 'not shown'],
  ])('of a slowdown of %f and noise of %f: %s', (slowdown, noise, outcome) => {
    expect(samplerCost(blockCosts(iterations(40, slowdown, noise)))!.outcome).toBe(outcome);
  });

  it('are too few to tell below two', () => {
    expect(samplerCost([])).toBeNull();
    expect(samplerCost([0.001])).toBeNull();
  });
});

it.each([
  [10_000, 'pass', 0],
  [10_150, 'pass', 0.015],
  [10_250, 'fail', 0.025],
  [9_750, 'fail', -0.025],
])('a stopwatch of %i ms around 10 s inside: %s', (outsideMs, outcome, difference) => {
  const check = stopwatchCheck({ tokenMs: [500, 5000, 10_500] }, outsideMs);
  expect(check).toMatchObject({ insideMs: 10_000, outsideMs, outcome });
  expect(check.difference).toBeCloseTo(difference, 12);
});
