// Fisher's exact test against published values, a count of all splits, and the table of failures needed.
import { describe, expect, it } from 'vitest';
import { fisherHigher } from '../../src/stats/fisher.js';

const p = (failed: number, of: number, after: number, afterOf: number) =>
  fisherHigher({ failed, of }, { failed: after, of: afterOf });

describe('fisherHigher', () => {
  it.each([
    // Fisher's lady tasting tea: all four cups right, or three of four.
    ['tea, four right', p(0, 4, 4, 4), 1 / 70],
    ['tea, three right', p(1, 4, 3, 4), 17 / 70],
    // Fisher (1962), convictions of twins: R documents fisher.test(…, alternative = "less") as p = 0.0004652.
    ['twins', p(2, 17, 10, 13), 0.00046518094],
    ['2 of 5 against 0 of 20', p(0, 20, 2, 5), 0.0333333333],
  ])('gives the published value: %s', (_, found, published) => {
    expect(found).toBeCloseTo(published, 9);
  });

  it('is 1 where nothing failed, and where everything did', () => {
    expect(p(0, 5, 0, 5)).toBe(1);
    expect(p(5, 5, 5, 5)).toBeCloseTo(1, 12);
  });

  it('counts the splits of the rounds that have as many failures, or more', () => {
    for (let n = 1; n <= 5; n++)
      for (let m = 1; m <= 5; m++)
        for (let a = 0; a <= n; a++)
          for (let b = 0; b <= m; b++) expect(p(a, n, b, m)).toBeCloseTo(splits(n, a, m, b), 12);
  });

  // Failures of n that are shown to be more than b of n, at 5 %; null: none are.
  it.each([
    [5, [4, 5, null]],
    [10, [4, 6, 7]],
    [20, [5, 6, 8]],
  ] as const)('needs the tabled failures of %i', (n, needed) => {
    const found = [0, 1, 2].map((b) => Array.from({ length: n + 1 }, (_, k) => k).find((k) => p(b, n, k, n) <= 0.05));
    expect(found.map((k) => k ?? null)).toEqual(needed);
  });

  it('shows one failure of five against none of a hundred, and not against none of ninety', () => {
    expect(p(0, 100, 1, 5)).toBeLessThanOrEqual(0.05);
    expect(p(0, 90, 1, 5)).toBeGreaterThan(0.05);
  });
});

/** Share of all choices of `m` of n + m rounds, a + b of them failed, that hold b failures or more. */
function splits(n: number, a: number, m: number, b: number): number {
  let [all, extreme] = [0, 0];
  for (let chosen = 0; chosen < 1 << (n + m); chosen++) {
    const places = Array.from({ length: n + m }, (_, i) => i).filter((i) => chosen & (1 << i));
    if (places.length !== m) continue;
    all++;
    if (places.filter((i) => i < a + b).length >= b) extreme++;
  }
  return extreme / all;
}
