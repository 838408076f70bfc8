// The search for a number of threads: which are tried, which one is chosen.
import { describe, expect, it } from 'vitest';
import { chooseThreads, threadCounts } from '../../src/stats/threads.js';

describe('threadCounts', () => {
  it.each([
    [1, 1, [1]],
    [2, 2, [1, 2]],
    [8, 4, [1, 2, 3, 4, 5, 6, 7, 8]],
    [12, 6, [1, 2, 4, 6, 8, 12]],
    [64, 32, [1, 2, 4, 8, 16, 32, 64]],
  ])('%i usable cores, %i automatic', (usable, automatic, counts) => {
    expect(threadCounts(usable, automatic)).toEqual(counts);
  });
});

describe('chooseThreads', () => {
  const tried = (rates: Record<number, [prefill: number[], decode: number[]]>) =>
    Object.entries(rates).map(([threads, [prefillRate, decodeRate]]) => ({
      threads: Number(threads),
      prefillRate,
      decodeRate,
    }));

  it('takes the best by prefill and decode alike: √(100 · 40) < √(400 · 20)', () => {
    expect(chooseThreads(tried({ 1: [[100], [40]], 4: [[400], [20]] }))).toEqual({
      chosen: 4,
      why: 'the best by the geometric mean of prefill and decode rate',
    });
  });

  it('takes fewer threads where more bring less than 3 %', () => {
    expect(chooseThreads(tried({ 2: [[100], [98]], 4: [[100], [100]] }))).toEqual({
      chosen: 2,
      why: 'the fewest within 3 % of the best (4) by the geometric mean of prefill and decode rate',
    });
    expect(chooseThreads(tried({ 2: [[100], [94]], 4: [[100], [100]] }))?.chosen).toBe(4);
  });

  it('is not misled by a single disturbed round', () => {
    expect(
      chooseThreads(
        tried({
          1: [
            [90, 90, 500],
            [9, 9, 50],
          ],
          2: [
            [100, 100, 20],
            [10, 10, 2],
          ],
        }),
      )?.chosen,
    ).toBe(2);
  });

  it('passes over numbers that failed, and chooses nothing where all did', () => {
    expect(chooseThreads(tried({ 1: [[10], [10]], 2: [[], []] }))?.chosen).toBe(1);
    expect(chooseThreads(tried({ 1: [[], []] }))).toBeNull();
  });
});
