// Quantiles, intervals of the median and percentile support, against published values.
import { describe, expect, it } from 'vitest';
import { median, quantile, samplesForPercentile, summarize } from '../../src/stats/summary.js';

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

describe('summarize', () => {
  it('has nothing to say about an empty list and no interval for one value', () => {
    expect(summarize([])).toBeNull();
    expect(summarize([5])).toEqual({ n: 1, median: 5, interval: null });
  });

  it('gives the closed form for two values', () => {
    // a, b: mean ± 12.7062 × |a − b| / 2.
    const { low, high, method } = summarize([10, 12])!.interval!;
    expect([low.toFixed(4), high.toFixed(4), method]).toEqual(['-1.7062', '23.7062', 'Student t']);
  });

  it('puts the median of the mouse data between bounds of its published standard error', () => {
    // Efron and Tibshirani (1993): median 94 days, standard error 37.83; t with 6 degrees of freedom 2.447.
    const { median: middle, interval } = summarize([94, 197, 16, 38, 99, 141, 23])!;
    expect([middle, interval!.method]).toEqual([94, 'bootstrap']);
    expect(interval!.low).toBeCloseTo(94 - 2.447 * 37.83, 1);
    expect(interval!.high).toBeCloseTo(94 + 2.447 * 37.83, 1);
  });

  it('is one point where all values are equal', () => {
    expect(summarize([4, 4, 4])!.interval).toEqual({ low: 4, high: 4, method: 'bootstrap' });
    expect(summarize(Array.from({ length: 9 }, () => 4))!.interval).toMatchObject({ low: 4, high: 4 });
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
});
