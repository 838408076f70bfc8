// The smallest visible change and the rounds it takes, against the very rule by simulation.
import { describe, expect, it } from 'vitest';
import { maxT } from '../../src/stats/max-t.js';
import { normal } from '../../src/stats/random.js';
import { median } from '../../src/stats/summary.js';
import { relativeSpread, roundsToSee, visibleEffect } from '../../src/stats/visible-effect.js';

const SIDES = { spread: 0.02, familySpread: 0.02, figures: 4, minimumEffect: 0.03 };

describe('visibleEffect', () => {
  it.each([
    [4, 4, 4, 0.02, 0],
    [5, 5, 1, 0.02, 0],
    [5, 5, 4, 0.03, 0.03],
    [5, 5, 30, 0.02, 0.03],
    [5, 7, 4, 0.02, 0],
    [8, 8, 4, 0.02, 0.03],
    [12, 12, 2, 0.05, 0],
    [6, 6, 4, 0.001, 0.05],
  ])(
    'of %i + %i rounds among %i figures, of deviation %d and at least %d, is found nine times in ten',
    (n, m, figures, spread, minimumEffect) => {
      const draw = normal(3);
      const side = (count: number, mean: number, deviation: number) =>
        Array.from({ length: count }, (_, index) => ({ index, value: draw(mean, mean * deviation) }));
      const effect = visibleEffect({ n, m, figures, spread, familySpread: 0.02, minimumEffect })!;
      let found = 0;
      for (let i = 0; i < 150; i++) {
        const baseline = side(n, 100, spread);
        const candidate = side(m, 100 * (1 + effect), spread);
        const others = Array.from({ length: figures - 1 }, () => ({
          baseline: side(n, 1, 0.02),
          candidate: side(m, 1, 0.02),
        }));
        const [test] = maxT([{ baseline, candidate }, ...others]).tested;
        const [before, after] = [baseline, candidate].map((rounds) => median(rounds.map(({ value }) => value)));
        if (test!.adjustedP <= 0.05 && after! / before! - 1 >= minimumEffect) found++;
      }
      expect(found / 150).toBeGreaterThan(0.82);
      // A deviation unlike that of the family is judged with less precision.
      if (spread >= 0.02) expect(found / 150).toBeLessThan(0.985);
    },
  );

  it('falls with the square root of the rounds where these are many', () => {
    const of = (rounds: number) => visibleEffect({ ...SIDES, n: rounds, m: rounds, minimumEffect: 0 })!;
    expect(of(120) / of(30)).toBeCloseTo(0.5, 6);
  });

  it('never falls below the minimum effect, and is unknown where nothing can be shown', () => {
    expect(visibleEffect({ ...SIDES, spread: 0, familySpread: 0, n: 6, m: 6 })).toBe(0.03);
    expect(visibleEffect({ ...SIDES, n: 3, m: 3 })).toBeNull();
  });

  it('grows with the figures and the spread, and falls with the rounds', () => {
    const of = (change: object) => visibleEffect({ ...SIDES, n: 6, m: 6, minimumEffect: 0, ...change })!;
    for (let figures = 1; figures < 500; figures *= 2)
      expect(of({ figures: 2 * figures })).toBeGreaterThan(of({ figures }));
    for (let n = 4; n < 60; n++) expect(of({ n: n + 1, m: n + 1 })).toBeLessThan(of({ n, m: n }));
    expect(of({ spread: 0.04, familySpread: 0.04 })).toBeCloseTo(2 * of({}), 9);
  });
});

describe('roundsToSee', () => {
  it('is the first number of rounds whose visible effect is small enough, give or take one', () => {
    for (const spread of [0.01, 0.02, 0.03, 0.05]) {
      const sides = { ...SIDES, spread, familySpread: spread };
      const n = roundsToSee(0.05, sides)!;
      expect(visibleEffect({ ...sides, n, m: n })!).toBeLessThanOrEqual(0.05);
      const fewer = visibleEffect({ ...sides, n: n - 2, m: n - 2 });
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
    expect(mean).toBeLessThan(0.0275);
  });

  it('is moved little by one round that stands apart, and is nothing for single rounds', () => {
    const steady = [99, 100, 101, 99.5, 100.5, 100];
    const spiked = [99, 100, 101, 99.5, 100.5, 60];
    expect(relativeSpread(steady, spiked) / relativeSpread(steady, steady)).toBeLessThan(1.4);
    expect(relativeSpread([5], [7])).toBe(0);
  });
});
