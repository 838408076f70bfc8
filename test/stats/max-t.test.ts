// Max-T against the definition by brute force, against R, and in families of figures whose truth is known.
import { describe, expect, it } from 'vitest';
import { type Figure, maxT } from '../../src/stats/max-t.js';
import { standardNormal, uniform } from '../../src/stats/random.js';
import { relabellings, roundsNeeded, smallestP } from '../../src/stats/relabel.js';
import { median } from '../../src/stats/summary.js';

const rounds = (values: readonly number[], places: readonly number[] = []) =>
  values.map((value, i) => ({ index: places[i] ?? i, value }));
const figure = (baseline: readonly number[], candidate: readonly number[]): Figure => ({
  baseline: rounds(baseline),
  candidate: rounds(candidate),
});
const shares = (figures: Figure[]) => maxT(figures).tested;

/** `shift` in deviations of a round. */
function drawn(next: () => number, n: number, shift = 0, m = n): Figure {
  const side = (count: number, by: number) =>
    Array.from({ length: count }, () => Math.exp(0.02 * (standardNormal(next) + by)));
  return figure(side(n, 0), side(m, shift));
}

describe('deals', () => {
  it.each([
    [5, 10, 126, null],
    [6, 12, 462, null],
    [4, 9, 126, null],
    [8, 16, 2000, 1],
  ])('%i of %i rounds are dealt in %i ways (seed %j)', (first, size, count, seed) => {
    const deals = relabellings(first, size, true);
    const sets = Array.from(deals.orders(), (order) => [...order.slice(0, first)].sort((a, b) => a - b).join());
    expect([deals.count, deals.seed, sets.length]).toEqual([count, seed, count]);
    expect(sets[0]).toBe(Array.from({ length: first }, (_, i) => i).join());
    if (seed === null) expect(new Set(sets).size).toBe(count);
  });

  // 2 / choose(2n, n), and 1 / choose(n + m, n) where the sides are told apart by their sizes.
  it.each([
    [3, 3, 2 / 20],
    [3, 4, 1 / 35],
    [4, 4, 2 / 70],
    [5, 5, 2 / 252],
    [8, 8, 2 / 12_870],
  ])('%i and %i rounds give p = %d at best', (n, m, p) => expect(smallestP(n, m)).toBeCloseTo(p, 15));

  it('four rounds a side are needed', () => expect(roundsNeeded(0.05)).toBe(4));
});

describe('maxT', () => {
  it('gives what R gives for a family of two', () => {
    // a <- list(c(100,101,99,100,102), c(20.1,20.4,19.9,20.2,20.0)); b <- list(c(110,112,109,111,100), c(20.3,20.0,20.2,20.6,20.1))
    // v <- function(x,y) (4*var(x)+4*var(y))/8; P <- combn(10,5)
    // s0 <- median(mapply(function(x,y) v(log(x),log(y)), a, b))
    // T <- sapply(1:2, function(j) apply(P, 2, function(i) { z <- log(c(a[[j]],b[[j]]));
    //   abs(median(z[-i])-median(z[i])) / sqrt((8*s0+8*v(z[i],z[-i]))/16) }))
    // colMeans(t(t(T) >= T[1,]-1e-9)); mean(pmax(T[,1],T[,2]) >= T[1,1]-1e-9)
    const [first, second] = shares([
      figure([100, 101, 99, 100, 102], [110, 112, 109, 111, 100]),
      figure([20.1, 20.4, 19.9, 20.2, 20.0], [20.3, 20.0, 20.2, 20.6, 20.1]),
    ]);
    expect([first!.p, second!.p, first!.adjustedP]).toEqual([10 / 252, 114 / 252, 10 / 252]);
    expect(second!.adjustedP).toBeGreaterThanOrEqual(second!.p);
  });

  it('equals its definition for small families with ties, unequal sides and no spread', () => {
    const next = uniform(7);
    for (let i = 0; i < 60; i++) {
      const [n, m] = [2 + Math.floor(next() * 3), 2 + Math.floor(next() * 3)];
      const levels = 1 + Math.floor(next() * 6);
      const draw = (length: number) => Array.from({ length }, () => 10 + Math.floor(next() * levels));
      const family = Array.from({ length: 1 + Math.floor(next() * 3) }, () => figure(draw(n), draw(m)));
      const found = shares(family);
      byDefinition(family).forEach((p, j) => {
        expect(found[j]!.p, JSON.stringify(family)).toBeCloseTo(p.p, 12);
        expect(found[j]!.adjustedP, JSON.stringify(family)).toBeCloseTo(p.adjustedP, 12);
      });
    }
  });

  it('rejects at 5 and 5 rounds whatever the number of figures', () => {
    const next = uniform(2);
    const quiet = Array.from({ length: 119 }, () => drawn(next, 5));
    const [changed] = shares([drawn(next, 5, 10), ...quiet]);
    // Both of the two extreme deals of 252.
    expect(changed!.adjustedP).toBeLessThanOrEqual(0.02);
  });

  // Power for one change among 30, and the family-wise error: the same figures as published for 3 and 5 deviations.
  it.each([
    [3, 0.74],
    [5, 1],
  ])('finds a change of %i deviations among 30 figures of 5 and 5 rounds in a share of %d', (shift, power) => {
    const next = uniform(5);
    let [found, alarms] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const [changed, ...others] = shares([drawn(next, 5, shift), ...Array.from({ length: 29 }, () => drawn(next, 5))]);
      if (changed!.adjustedP <= 0.05) found++;
      if (others.some(({ adjustedP }) => adjustedP <= 0.05)) alarms++;
    }
    expect(Math.abs(found / 200 - power)).toBeLessThan(0.08);
    expect(alarms / 200).toBeLessThan(0.08);
  });

  it('raises an alarm in 5 of 100 families of equals, however their spreads differ', () => {
    const next = uniform(3);
    let alarms = 0;
    for (let i = 0; i < 600; i++) {
      const family = [0.1, 1, 1, 8].map((spread) => {
        const side = () => Array.from({ length: 5 }, () => Math.exp(0.01 * spread * standardNormal(next)));
        return figure(side(), side());
      });
      if (shares(family).some(({ adjustedP }) => adjustedP <= 0.05)) alarms++;
    }
    expect(alarms).toBeGreaterThan(12);
    expect(alarms).toBeLessThanOrEqual(42);
  });

  it('does not let a change of one figure raise an alarm in another', () => {
    const next = uniform(4);
    let alarms = 0;
    for (let i = 0; i < 400; i++) {
      const family = [drawn(next, 5, 15), drawn(next, 5, 15), drawn(next, 5), drawn(next, 5)];
      if (
        shares(family)
          .slice(2)
          .some(({ adjustedP }) => adjustedP <= 0.05)
      )
        alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(30);
  });

  it('deals the rounds of an index alike: two equal figures count once', () => {
    const next = uniform(6);
    const one = drawn(next, 5, 2);
    expect(shares([one, one, one])[1]).toEqual(shares([one])[0]);
  });

  it('does not depend on the order of figures, units or sides', () => {
    const next = uniform(8);
    const [a, b] = [drawn(next, 5, 3), drawn(next, 5)];
    const [pa, pb] = shares([a, b]);
    expect(shares([b, a])).toEqual([pb, pa]);
    const scaled = (values: Figure['baseline'], by: number) =>
      values.map(({ index, value }) => ({ index, value: value * by }));
    expect(shares([{ baseline: scaled(a.baseline, 7), candidate: scaled(a.candidate, 7) }, b])).toEqual([pa, pb]);
    expect(shares([{ baseline: a.candidate, candidate: a.baseline }, b])[0]!.p).toBe(pa!.p);
  });

  it('handles rounds without a value, and cases with other numbers of rounds', () => {
    const next = uniform(9);
    const holed: Figure = {
      baseline: rounds([100, 101, 99, 100.5], [0, 1, 3, 4]),
      candidate: rounds([120, 121, 119, 122, 120.5]),
    };
    const found = maxT([holed, drawn(next, 5), drawn(next, 7), drawn(next, 4, 0, 6)]);
    expect(found.deals).toEqual({ count: 2000, seed: 1 });
    expect(found.tested[0]!.adjustedP).toBeLessThan(0.05);
    expect(found.tested[1]!.adjustedP).toBeGreaterThan(0.05);
    // Three rounds against five, dealt out over these eight alone: choose(8, 3) = 56.
    const few = { baseline: rounds([100, 101, 99], [0, 2, 4]), candidate: holed.candidate };
    expect(Math.abs(maxT([few, drawn(next, 5)]).tested[0]!.p - 1 / 56)).toBeLessThan(0.008);
    expect(maxT([holed, drawn(next, 5)]).tested[0]).toEqual(maxT([holed, drawn(uniform(1), 5)]).tested[0]);
  });

  it('knows figures without any spread, single rounds and no figures', () => {
    expect(shares([figure([5, 5, 5, 5, 5], [6, 6, 6, 6, 6])])[0]).toEqual({ p: 1 / 126, adjustedP: 1 / 126 });
    expect(shares([figure([5, 5, 5, 5], [5, 5, 5, 5])])[0]).toEqual({ p: 1, adjustedP: 1 });
    expect(shares([figure([5], [6])])[0]).toEqual({ p: 1, adjustedP: 1 });
    expect(shares([])).toEqual([]);
  });
});

/** Every deal of 2^(n + m) sets, statistics from their formula, successive maxima from the largest to the smallest. */
function byDefinition(family: Figure[]) {
  const logs = family.map(({ baseline, candidate }) => [...baseline, ...candidate].map(({ value }) => Math.log(value)));
  const n = family[0]!.baseline.length;
  const size = logs[0]!.length;
  const squares = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const split = (values: number[], mask: number) => [
    values.filter((_, i) => mask & (1 << i)),
    values.filter((_, i) => !(mask & (1 << i))),
  ];
  const within = (values: number[], mask: number) => {
    const [a, b] = split(values, mask);
    return squares(a!) + squares(b!);
  };
  const measured = 2 ** n - 1;
  const prior = 8 * median(logs.map((values) => within(values, measured) / (size - 2)));
  const statistic = (values: number[], mask: number) => {
    const [a, b] = split(values, mask);
    const deviation = Math.sqrt((prior + within(values, mask)) / (8 + size - 2));
    return Math.abs(median(b!) - median(a!)) / Math.max(1e-6, deviation);
  };
  const deals = Array.from({ length: 2 ** size }, (_, mask) => mask).filter(
    (mask) => split(logs[0]!, mask)[0]!.length === n,
  );
  const observed = logs.map((values) => statistic(values, measured));
  const p = observed.map((own, j) => {
    const smaller = logs.filter((_, k) => observed[k]! <= own || k === j);
    const share = (of: number[][]) =>
      deals.filter((mask) => Math.max(...of.map((values) => statistic(values, mask))) >= own * (1 - 1e-9) - 1e-12)
        .length / deals.length;
    return { own, p: share([logs[j]!]), adjustedP: share(smaller) };
  });
  return p.map(({ own, p: alone }) => ({
    p: alone,
    adjustedP: Math.max(...p.filter((other) => other.own >= own).map(({ adjustedP }) => adjustedP)),
  }));
}
