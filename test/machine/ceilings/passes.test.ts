// From pass times to a ceiling and its uncertainty, and how much memory a bandwidth is measured over.
import { describe, expect, it } from 'vitest';
import { rateOf } from '../../../src/machine/ceilings/passes.js';
import { threadCounts, workingSetFor } from '../../../src/machine/ceilings/working-set.js';
import { uniform } from '../../../src/stats/random.js';

describe('rateOf', () => {
  it('is the best pass; the median is its low end, and as far above is its high end', () => {
    expect(rateOf(100, [10, 12.5, 20])).toEqual({ value: 10_000, low: 8000, high: 12_000 });
  });

  it('is never surer than 5 %', () => {
    expect(rateOf(100, [10, 10, 10])).toEqual({ value: 10_000, low: 10_000, high: 10_500 });
  });
});

describe('workingSetFor', () => {
  const GIB = 2 ** 30;

  it.each([
    [2 ** 27, 64 * GIB, 2 ** 27],
    [274e6, 64 * GIB, 2 ** 28],
    [200e6, 64 * GIB, 1.25 * 2 ** 27],
    [50e9, 64 * GIB, GIB],
    [50e9, GIB, GIB / 4],
    [1000, 64 * GIB, 2 ** 22],
  ])('of %d bytes a token with %d of memory is %d', (bytes, memory, expected) => {
    expect(workingSetFor(bytes, memory)).toBe(expected);
  });

  it('is never more than a token reads, and more than four fifths of it', () => {
    const next = uniform(3);
    for (let i = 0; i < 500; i++) {
      const bytes = 2 ** (22 + 8 * next());
      const set = workingSetFor(bytes, 64 * GIB);
      expect(set / bytes).toBeLessThanOrEqual(1);
      expect(set / bytes).toBeGreaterThan(0.8);
    }
  });
});

it('a table of threads has the powers of two and the last', () => {
  expect([1, 2, 6, 8].map(threadCounts)).toEqual([[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]]);
});
