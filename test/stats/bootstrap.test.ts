// The exact bootstrap of the median, against a published table, all resamples one by one, and simulated coverage.
import { describe, expect, it } from 'vitest';
import { medianStandardError } from '../../src/stats/bootstrap.js';
import { normal, uniform } from '../../src/stats/random.js';
import { median, student95, summarize } from '../../src/stats/summary.js';

const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

describe('the standard error of the median', () => {
  it('is that of the mouse data with infinitely many resamples', () => {
    // Efron and Tibshirani (1993), table 2.2: 37.83 days for the median of the treatment group.
    expect(medianStandardError(ascending([94, 197, 16, 38, 99, 141, 23]))).toBeCloseTo(37.83, 2);
  });

  it.each([[[1, 2]], [[1, 2, 9]], [[1, 5, 6, 20]], [[3, 3, 4, 8, 8]], [[2, 3, 5, 9, 11, 30]]])(
    'of %j is that over every resample',
    (values) => {
      const n = values.length;
      const medians = Array.from({ length: n ** n }, (_, code) =>
        median(Array.from({ length: n }, (_, place) => values[Math.floor(code / n ** place) % n]!)),
      );
      const mean = medians.reduce((a, b) => a + b) / medians.length;
      const variance = medians.reduce((sum, value) => sum + (value - mean) ** 2, 0) / medians.length;
      expect(medianStandardError(values)).toBeCloseTo(Math.sqrt(variance), 10);
    },
  );

  it('is nothing where all values are equal, and finite for many', () => {
    expect(medianStandardError([4, 4, 4, 4])).toBe(0);
    const many = ascending(Array.from({ length: 200 }, (_, i) => (i * 7919) % 200));
    // Of a uniform density f on 200 values, 1 / (2 f √n) = 100 / √200.
    expect(medianStandardError(many) / (100 / Math.sqrt(200))).toBeCloseTo(1, 1);
  });
});

describe("Student's t", () => {
  // The column of two-sided 95 % in any table.
  it.each([
    [1, 12.706],
    [2, 4.303],
    [4, 2.776],
    [5, 2.571],
    [9, 2.262],
    [10, 2.228],
    [20, 2.086],
    [30, 2.042],
    [120, 1.98],
  ])('with %i degrees of freedom is %d', (degrees, t) => expect(student95(degrees)).toBeCloseTo(t, 3));
});

describe('the interval covers the true median in 94 to 99 of 100', () => {
  const spiky = (draw: ReturnType<typeof normal>, next: () => number) => () =>
    Math.exp(draw(0, 0.02)) * (next() < 0.08 ? 0.9 - 0.3 * next() : 1);
  it.each([3, 4, 5, 6, 7, 10, 15])('of %i normal rounds', (n) => {
    const draw = normal(100 + n);
    expect(coverage(n, () => draw(50, 3), 50)).toBeGreaterThanOrEqual(0.94);
  });

  it.each([3, 5, 8, 12])('of %i rounds with spikes of a busy neighbour', (n) => {
    const sample = spiky(normal(n), uniform(n));
    const truth = median(Array.from({ length: 40_001 }, spiky(normal(1), uniform(2))));
    expect(coverage(n, sample, truth)).toBeGreaterThanOrEqual(0.94);
  });

  function coverage(n: number, sample: () => number, truth: number): number {
    const samples = 2000;
    let covered = 0;
    for (let i = 0; i < samples; i++) {
      const { low, high } = summarize(Array.from({ length: n }, sample))!.interval!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / samples).toBeLessThan(0.995);
    return covered / samples;
  }
});
