// The plan of rounds against its closed form, and what it promises: intervals that hold the true value.
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../scripts/study/coverage.mjs';
import { normal } from '../../src/stats/random.js';
import { roundsFor, steinRounds } from '../../src/stats/stein.js';
import { student95, summarize } from '../../src/stats/summary.js';

/** Eight values with mean 100 and exactly this standard deviation. */
const spreadOf = (deviation: number) => {
  const swing = deviation * Math.sqrt(7 / 8);
  return Array.from({ length: 8 }, (_, i) => 100 + (i % 2 === 0 ? swing : -swing));
};

describe('steinRounds', () => {
  // (2.3646 × 4 ÷ 3)² = 9.94 and (2.3646 × 5 ÷ 3)² = 15.5, with t of 7 degrees of freedom.
  it.each([
    [2, 8],
    [4, 10],
    [5, 16],
    [8, 40],
  ])('plans for a deviation of %d %% and ± 3 %% the rounds that Stein gives, %d', (deviation, rounds) => {
    expect(steinRounds(spreadOf(deviation), 0.03)).toBe(rounds);
  });

  it('asks for what it has where nothing varies, and does not round errors up', () => {
    expect(steinRounds([5, 5, 5], 0.01)).toBe(3);
    // ± as wide as gives exactly 9 rounds.
    expect(steinRounds(spreadOf(3), (student95(7) * 0.03) / 3)).toBe(9);
  });
});

describe('intervals of runs that were planned so', () => {
  it.each([0.02, 0.03, 0.04, 0.06, 0.08])('hold the true value in 93 to 97 of 100, at a noise of %d', (noise) => {
    const tool = { steinRounds, summarize, normal };
    const { coverage, meanRounds } = coverageOf(tool, { noise, target: 0.03, first: 8, most: 30, runs: 2000 });
    expect(coverage).toBeGreaterThan(0.93);
    expect(coverage).toBeLessThan(0.97);
    if (noise === 0.04) expect(meanRounds).toBeCloseTo(11.3, 0);
  });
});

it('foresees rounds by the root of their number', () => {
  expect(roundsFor(0.03, { n: 10, half: 0.03 })).toBe(10);
  const rounds = roundsFor(0.01, { n: 10, half: 0.03 });
  const half = (n: number) => ((0.03 * student95(n - 1)) / student95(9)) * Math.sqrt(10 / n);
  expect([half(rounds) <= 0.01, half(rounds - 1) <= 0.01]).toEqual([true, false]);
  expect(roundsFor(1e-4, { n: 10, half: 1 })).toBeGreaterThan(1e8);
});
