// Quantiles, intervals of the median and percentile support, against published values, exact binomials and simulation.
import { describe, expect, it } from 'vitest';
import {
  median,
  medianIntervalRank,
  quantile,
  samplesForPercentile,
  summarize,
  supportedPercentile,
} from '../../src/stats/summary.js';
import { normal } from '../fixtures/random.js';

// Henderson and Velleman (1981), as R ships it in `mtcars`.
const MILES_PER_GALLON = [
  21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4, 30.4, 33.9,
  21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4,
];

const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

describe('quantile', () => {
  // R prints `quantile(mtcars$mpg)` as 10.400 15.425 19.200 22.800 33.900; the last two are NumPy's for the same data.
  it.each([
    [0, 10.4],
    [0.25, 15.425],
    [0.5, 19.2],
    [0.75, 22.8],
    [1, 33.9],
    [0.1, 14.34],
    [0.95, 31.3],
  ])('p = %d of mtcars$mpg is %d', (p, expected) => {
    expect(quantile(ascending(MILES_PER_GALLON), p)).toBeCloseTo(expected, 12);
  });

  // The example of numpy.quantile's manual: [[10, 7, 4], [3, 2, 1]] has median 3.5, its columns 6.5, 4.5 and 2.5.
  it.each([
    [[10, 7, 4, 3, 2, 1], 3.5],
    [[10, 3], 6.5],
    [[7, 2], 4.5],
    [[4, 1], 2.5],
    [[10, 7, 4], 7],
  ])('the median of %j is %d as in the manual of NumPy', (values, expected) => {
    expect(quantile(ascending(values), 0.5)).toBe(expected);
    expect(median(values)).toBe(expected);
  });

  it('is the value itself for a single one', () => {
    expect([0, 0.3, 0.99, 1].map((p) => quantile([7], p))).toEqual([7, 7, 7, 7]);
  });

  it('leaves the list of the caller in its order', () => {
    const values = [3, 1, 2];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });

  it('orders numbers as numbers, not as text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });
});

describe('medianIntervalRank', () => {
  // Ranks of the 95 % interval of the median as nonparametric textbooks table them.
  it.each([
    [6, 1],
    [8, 1],
    [9, 2],
    [10, 2],
    [12, 3],
    [15, 4],
    [20, 6],
    [25, 8],
  ])('n = %i uses rank %i', (n, rank) => {
    expect(medianIntervalRank(n)).toBe(rank);
  });

  it('is the largest rank whose exact coverage is at least 95 %, for every n from 6 to 200', () => {
    for (let n = 6; n <= 200; n++) expect([n, medianIntervalRank(n)]).toEqual([n, exactRank(n)]);
  });

  it('still holds for samples so large that 2^-n is no longer a number', () => {
    for (const n of [1000, 1100, 2000]) expect([n, medianIntervalRank(n)]).toEqual([n, exactRank(n)]);
  });

  /** Whole numbers only: the largest r with 2 × 20 × (C(n,0) + … + C(n,r−1)) ≤ 2^n. */
  function exactRank(n: number): number {
    let [choose, tail, rank] = [1n, 1n, 0];
    for (let k = 0; 40n * tail <= 1n << BigInt(n); k++) {
      rank = k + 1;
      choose = (choose * BigInt(n - k)) / BigInt(k + 1);
      tail += choose;
    }
    return rank;
  }
});

describe('summarize', () => {
  it('has nothing to say about an empty list and no interval for one value', () => {
    expect(summarize([])).toBeNull();
    expect(summarize([5])).toEqual({ n: 1, median: 5, interval: null });
  });

  it('gives the textbook interval for three values', () => {
    // Skoog et al., Fundamentals of Analytical Chemistry: 0.084, 0.089, 0.079 % alcohol in blood → 0.084 ± 0.012.
    const { median: middle, interval } = summarize([0.084, 0.089, 0.079])!;
    expect(middle).toBe(0.084);
    expect(interval!.method).toBe('Student t');
    expect(interval!.low).toBeCloseTo(0.084 - 0.01242, 5);
    expect(interval!.high).toBeCloseTo(0.084 + 0.01242, 5);
  });

  it('gives the textbook interval for five values', () => {
    // Harris, Quantitative Chemical Analysis: mean 12.54, s 0.40; bounds of 95 % from scipy.stats.t.interval.
    const { n, interval } = summarize([12.6, 11.9, 13.0, 12.7, 12.5])!;
    expect(n).toBe(5);
    expect(interval!.low).toBeCloseTo(12.0387, 4);
    expect(interval!.high).toBeCloseTo(13.0413, 4);
  });

  it('uses the closed forms for two and four values', () => {
    // Two values a, b: mean ± 12.7062 × |a − b| / 2. Four values 0, 0, 2, 2: s² = 4/3, so 1 ± 3.1824 × √(1/3).
    const [pair, four] = [summarize([10, 12])!.interval!, summarize([2, 0, 2, 0])!.interval!];
    expect([pair.low, pair.high].map((value) => value.toFixed(4))).toEqual(['-1.7062', '23.7062']);
    expect([four.low, four.high].map((value) => value.toFixed(4))).toEqual(['-0.8374', '2.8374']);
  });

  it('uses order statistics from six values on', () => {
    expect(summarize([6, 1, 5, 2, 4, 3])).toEqual({
      n: 6,
      median: 3.5,
      interval: { low: 1, high: 6, method: 'order statistics' },
    });
    const ten = Array.from({ length: 10 }, (_, i) => (i * 7) % 10);
    expect(summarize(ten)!.interval).toEqual({ low: 1, high: 8, method: 'order statistics' });
  });

  it('is one point where all values are equal', () => {
    expect(summarize([4, 4, 4])!.interval).toEqual({ low: 4, high: 4, method: 'Student t' });
    expect(summarize(Array.from({ length: 9 }, () => 4))!.interval).toMatchObject({ low: 4, high: 4 });
  });

  it.each([3, 5, 6, 10])('covers the true median of normal samples of %i in at least 93 of 100', (n) => {
    const draw = normal(1000 + n);
    const samples = 4000;
    let covered = 0;
    for (let i = 0; i < samples; i++) {
      const { low, high } = summarize(Array.from({ length: n }, () => draw(50, 3)))!.interval!;
      if (low <= 50 && 50 <= high) covered++;
    }
    expect(covered / samples).toBeGreaterThanOrEqual(0.93);
    expect(covered / samples).toBeLessThan(1);
  });
});

describe('percentile support', () => {
  // The minima that GuideLLM documents for distribution-free bounds, and p50 and p90 by the same rule.
  it.each([
    [0.5, 6],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
    [0.999, 3688],
  ])('p = %d needs %i samples', (p, needed) => {
    expect(samplesForPercentile(p)).toBe(needed);
    // n samples all lie below the quantile with probability p^n; that must be 2.5 % at most, and no sooner.
    expect(p ** needed).toBeLessThanOrEqual(0.025);
    expect(p ** (needed - 1)).toBeGreaterThan(0.025);
  });

  it.each([
    [0.5, 6],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
  ])('p = %d is refused for one sample fewer than %i', (p, needed) => {
    const values = Array.from({ length: needed }, (_, i) => needed - 1 - i);
    expect(supportedPercentile(values.slice(1), p)).toBeNull();
    expect(supportedPercentile(values, p)).toBeCloseTo((needed - 1) * p, 9);
  });

  it('is refused for no samples at all', () => {
    expect(supportedPercentile([], 0.5)).toBeNull();
  });
});
