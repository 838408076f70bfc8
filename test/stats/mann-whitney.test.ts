// The exact Mann–Whitney test against published tables, a published example and the enumeration of all splits.
import { describe, expect, it } from 'vitest';
import { mannWhitney, roundsNeeded, smallestP } from '../../src/stats/mann-whitney.js';
import { uniform } from '../../src/stats/random.js';

describe('mannWhitney', () => {
  it('gives the p-value of the published example', () => {
    // Manual of scipy.stats.mannwhitneyu: ages at diagnosis of diabetes; method="exact" gives p = 0.1111.
    expect(mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])).toBeCloseTo(1 / 9, 12);
  });

  // One-tailed probabilities P(U ≤ u) for 3 v 3, Mann and Whitney (1947), table I: .050 .100 .200 .350 .500; twice each.
  it.each([
    [0, 0.1],
    [1, 0.2],
    [2, 0.4],
    [3, 0.7],
    [4, 1],
  ])('3 v 3 with U = %i has p = %d', (u, p) => {
    expect(mannWhitney(...samplesWithU(3, 3, u))).toBeCloseTo(p, 12);
  });

  // Critical values of U, two-tailed, 5 %, as every textbook tables them (n, m, U).
  it.each([
    [3, 5, 0],
    [3, 10, 3],
    [4, 4, 0],
    [4, 7, 3],
    [5, 5, 2],
    [5, 8, 6],
    [6, 6, 5],
    [6, 9, 10],
    [7, 7, 8],
    [7, 10, 14],
    [8, 8, 13],
    [9, 9, 17],
    [10, 10, 23],
    [11, 12, 33],
    [15, 15, 64],
    [20, 20, 127],
  ])('%i v %i is significant up to U = %i and no further', (n, m, critical) => {
    expect(mannWhitney(...samplesWithU(n, m, critical))).toBeLessThanOrEqual(0.05);
    expect(mannWhitney(...samplesWithU(n, m, critical + 1))).toBeGreaterThan(0.05);
  });

  it.each([
    [1, 5],
    [2, 7],
    [3, 3],
    [3, 4],
  ])('%i v %i is never significant: the tables have a dash', (n, m) => {
    const p = mannWhitney(...samplesWithU(n, m, 0));
    expect(p).toBeCloseTo(smallestP(n, m), 12);
    expect(p).toBeGreaterThan(0.05);
  });

  it('equals the enumeration of all splits for 400 small samples, most of them with ties', () => {
    const next = uniform(7);
    for (let i = 0; i < 400; i++) {
      const [n, m] = [1 + Math.floor(next() * 5), 1 + Math.floor(next() * 6)];
      const levels = 1 + Math.floor(next() * 8);
      const draw = (length: number) => Array.from({ length }, () => Math.floor(next() * levels) / 4);
      const [a, b] = [draw(n), draw(m)];
      const p = mannWhitney(a, b);
      expect(p, JSON.stringify([a, b])).toBeCloseTo(enumerated(a, b), 10);
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
    }
  });

  it('does not care which side comes first, nor about any growing transformation', () => {
    const next = uniform(11);
    for (let i = 0; i < 50; i++) {
      const a = Array.from({ length: 6 }, () => Math.round(next() * 20));
      const b = Array.from({ length: 5 }, () => Math.round(next() * 20));
      const p = mannWhitney(a, b);
      expect(mannWhitney(b, a)).toBeCloseTo(p, 12);
      expect(mannWhitney(a.map(Math.exp), b.map(Math.exp))).toBeCloseTo(p, 12);
      expect(mannWhitney(a.toReversed(), b)).toBe(p);
    }
  });

  it('sees no difference between identical samples', () => {
    expect(mannWhitney([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).toBe(1);
    expect(mannWhitney([7, 7, 7, 7], [7, 7, 7, 7])).toBe(1);
    expect(mannWhitney([7], [7])).toBe(1);
  });

  it('stays exact for 20 v 20, where there are 137 846 528 820 splits', () => {
    expect(mannWhitney(...samplesWithU(20, 20, 0))).toBeCloseTo(2 / 137_846_528_820, 20);
    expect(mannWhitney(...samplesWithU(20, 20, 200))).toBe(1);
    expect(smallestP(20, 20)).toBe(2 / 137_846_528_820);
  });
});

describe('smallestP and roundsNeeded', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 2 / 6],
    [3, 3, 2 / 20],
    [4, 4, 2 / 70],
    [3, 5, 2 / 56],
    [5, 3, 2 / 56],
    [6, 6, 2 / 924],
    [10, 10, 2 / 184_756],
  ])('%i v %i cannot go below %d', (n, m, p) => {
    expect(smallestP(n, m)).toBeCloseTo(p, 15);
  });

  it('needs 4 rounds a side at 5 %, and more for less', () => {
    expect(roundsNeeded(0.05)).toBe(4);
    expect(roundsNeeded(0.01)).toBe(5);
    expect(roundsNeeded(0.001)).toBe(7);
    expect(roundsNeeded(1)).toBe(1);
  });
});

/** Samples without ties in which exactly `u` of the n × m pairs have the value of `a` above that of `b`. */
function samplesWithU(n: number, m: number, u: number): [number[], number[]] {
  const b = Array.from({ length: m }, (_, i) => i + 1);
  let left = u;
  const a = Array.from({ length: n }, (_, i) => {
    const above = Math.min(m, left);
    left -= above;
    return above + 0.5 - i / 1000;
  });
  return [a, b];
}

/** Two-sided p by definition: the share of splits whose U is at least as far from its mean; U counts ties as halves. */
function enumerated(a: number[], b: number[]): number {
  const pooled = [...a, ...b];
  const distance = (first: number[], second: number[]) => {
    let u = 0;
    for (const x of first) for (const y of second) u += x > y ? 1 : x === y ? 0.5 : 0;
    return Math.abs(u - (first.length * second.length) / 2);
  };
  const observed = distance(a, b);
  let [all, extreme] = [0, 0];
  for (let mask = 0; mask < 1 << pooled.length; mask++) {
    const first = pooled.filter((_, i) => mask & (1 << i));
    if (first.length !== a.length) continue;
    const second = pooled.filter((_, i) => !(mask & (1 << i)));
    all++;
    if (distance(first, second) >= observed) extreme++;
  }
  return extreme / all;
}
