// The smallest visible change and the rounds it takes, against closed forms and against the comparison itself.
import { describe, expect, it } from 'vitest';
import { criticalU, mannWhitney } from '../../src/stats/mann-whitney.js';
import { normal } from '../../src/stats/random.js';
import { median } from '../../src/stats/summary.js';
import { relativeSpread, roundsToSee, visibleEffect } from '../../src/stats/visible-effect.js';

describe('criticalU', () => {
  // Mann and Whitney's tables, two-sided: lower critical values 0, 2, 5, 8, 13, 23 at 5 % and 0, 2, 4, 7, 16 at 1 %.
  it.each([
    [4, 4, 0.05, 0],
    [5, 5, 0.05, 2],
    [6, 6, 0.05, 5],
    [7, 7, 0.05, 8],
    [8, 8, 0.05, 13],
    [10, 10, 0.05, 23],
    [5, 5, 0.01, 0],
    [6, 6, 0.01, 2],
    [7, 7, 0.01, 4],
    [8, 8, 0.01, 7],
    [10, 10, 0.01, 16],
    [20, 20, 0.05, 127],
  ])('%i against %i at %d: the tabled %i, from the other end', (n, m, alpha, lower) => {
    expect(criticalU(n, m, alpha)).toBe(n * m - lower);
  });

  it('does not exist for too few rounds', () => expect(criticalU(3, 3, 0.05)).toBeNull());
});

const SIDES = { spread: 0.02, alpha: 0.01, minimumEffect: 0.03 };

describe('visibleEffect', () => {
  it('is what a simulated comparison finds nine times in ten', () => {
    const draw = normal(3);
    for (const [n, spread] of [
      [5, 0.03],
      [8, 0.02],
      [12, 0.05],
    ] as const) {
      const effect = visibleEffect({ ...SIDES, spread, n, m: n })!;
      let found = 0;
      for (let i = 0; i < 400; i++) {
        const [a, b] = [1, 1 + effect].map((mean) => Array.from({ length: n }, () => draw(mean, spread)));
        if (mannWhitney(a!, b!) <= 0.01 && median(b!) / median(a!) - 1 >= 0.03) found++;
      }
      expect([n, found / 400 > 0.84, found / 400 < 0.97]).toEqual([n, true, true]);
    }
  });

  it('is near the closed form of the t test for many rounds, larger by the efficiency of ranks', () => {
    // (z 0.995 + z 0.9) × √(2/n) ÷ √(3/π)
    const closed = (2.5758 + 1.2816) * Math.sqrt(2 / 20) * Math.sqrt(Math.PI / 3);
    expect(visibleEffect({ n: 20, m: 20, spread: 1, alpha: 0.01, minimumEffect: 0 })! / closed).toBeCloseTo(1, 0.9);
    const halved = visibleEffect({ n: 80, m: 80, spread: 1, alpha: 0.01, minimumEffect: 0 })!;
    expect(halved / visibleEffect({ n: 20, m: 20, spread: 1, alpha: 0.01, minimumEffect: 0 })!).toBeCloseTo(0.5, 9);
  });

  it('never falls below the minimum effect, and is unknown where nothing can be shown', () => {
    expect(visibleEffect({ ...SIDES, spread: 0, n: 6, m: 6 })).toBe(0.03);
    expect(visibleEffect({ ...SIDES, n: 4, m: 4 })).toBeNull();
  });
});

describe('roundsToSee', () => {
  it('is the first number of rounds whose visible effect is small enough, give or take one', () => {
    for (const spread of [0.01, 0.02, 0.03, 0.05]) {
      const n = roundsToSee(0.05, { ...SIDES, spread })!;
      expect(visibleEffect({ ...SIDES, spread, n, m: n })!).toBeLessThanOrEqual(0.05);
      const fewer = visibleEffect({ ...SIDES, spread, n: n - 2, m: n - 2 });
      expect(fewer === null || fewer > 0.05).toBe(true);
    }
  });

  it('is unknown below the minimum effect, or out of reach', () => {
    expect(roundsToSee(0.05, { ...SIDES, minimumEffect: 0.05 })).toBeNull();
    expect(roundsToSee(0.05, { ...SIDES, spread: 0.5 })).toBeNull();
  });
});

describe('relativeSpread', () => {
  it('estimates the deviation of a normal round, whatever the levels, a little on the safe side', () => {
    const draw = normal(9);
    const estimates = Array.from({ length: 400 }, () =>
      relativeSpread(...[100, 130].map((mean) => Array.from({ length: 10 }, () => draw(mean, 0.02 * mean)))),
    );
    const mean = estimates.reduce((a, b) => a + b) / estimates.length;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.025);
  });

  it('is not moved by one round that stands apart, and is nothing for single rounds', () => {
    const steady = [99, 100, 101, 99.5, 100.5, 100];
    const spiked = [99, 100, 101, 99.5, 100.5, 60];
    expect(relativeSpread(steady, spiked) / relativeSpread(steady, steady)).toBeLessThan(1.4);
    expect(relativeSpread([5], [7])).toBe(0);
  });
});
