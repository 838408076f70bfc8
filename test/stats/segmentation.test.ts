// The best division into levels, held against trying every division there is.
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/stats/random.js';
import { bestStarts, levelsOf } from '../../src/stats/segmentation.js';

/** Every division of `count` points into runs of at least `least`. */
function divisions(count: number, least: number, from = 0): number[][] {
  const rest = Array.from({ length: count - from }, (_, i) => from + i + 1).filter(
    (end) => end - from >= least && (end === count || count - end >= least),
  );
  return rest.flatMap((end) =>
    end === count ? [[from]] : divisions(count, least, end).map((later) => [from, ...later]),
  );
}

function priceOf(starts: number[], values: number[], weights: number[], price: number): number {
  const costs = starts.map((start, i) => {
    const end = starts[i + 1] ?? values.length;
    const [own, heavy] = [values.slice(start, end), weights.slice(start, end)];
    const mean = own.reduce((sum, x, k) => sum + heavy[k]! * x, 0) / heavy.reduce((sum, w) => sum + w, 0);
    return own.reduce((sum, x, k) => sum + heavy[k]! * (x - mean) ** 2, 0);
  });
  return costs.reduce((sum, cost) => sum + cost, 0) + price * (starts.length - 1);
}

describe('bestStarts', () => {
  it('is held against all divisions', () => {
    expect(divisions(4, 2)).toEqual([[0, 2], [0]]);
    expect(divisions(5, 1)).toHaveLength(16);
  });

  it.each([1, 2, 3])('costs as little as the best of all divisions into runs of %d or more', (least) => {
    const next = uniform(5 + least);
    for (let trial = 0; trial < 30; trial++) {
      const count = 1 + Math.floor(next() * 10);
      const values = Array.from({ length: count }, () => 3 + (next() < 0.4 ? 2 : 0) + next());
      const weights = Array.from({ length: count }, () => 0.2 + 2 * next());
      const price = 3 * next();
      const starts = bestStarts(levelsOf(values, weights), { price, fewest: least });
      const all = count < least ? [[0]] : divisions(count, least);
      const best = Math.min(...all.map((one) => priceOf(one, values, weights, price)));
      expect(priceOf(starts, values, weights, price)).toBeCloseTo(best, 9);
      expect(all).toContainEqual(starts);
    }
  });

  it('keeps its precision far from zero', () => {
    const values = [1e6, 1e6 + 1e-3, 1e6, 1e6 + 0.1, 1e6 + 0.1, 1e6 + 0.101];
    const levels = levelsOf(values, [1, 1, 1, 1, 1, 1]);
    expect(bestStarts(levels, { price: 1e-4, fewest: 3 })).toEqual([0, 3]);
    expect(levels.mean(3, 6) - 1e6).toBeCloseTo(0.1003, 4);
  });
});
