// Paired rounds against published tables, a worked example and brute force.
import { describe, expect, it } from 'vitest';
import { hodgesLehmann, nonInferiority, signedRankPlace, signFlipMaxT } from '../../src/stats/pairs.js';
import { standardNormal, uniform } from '../../src/stats/random.js';

const BASELINE = [40.2, 39.1, 40.6, 38.8, 39.9, 39.4, 40.1, 38.9];
const CANDIDATE = [38.7, 37.5, 38.6, 37.2, 38.0, 37.9, 38.2, 37.6];
const differences = CANDIDATE.map((b, i) => Math.log(b / BASELINE[i]!));

describe('signedRankPlace', () => {
  // Critical values of Wilcoxon's signed rank test (Wilcoxon and Wilcox 1964) plus one: two-sided 5 %, one-sided 5 %.
  it.each([
    [6, 1, 3],
    [8, 4, 6],
    [10, 9, 11],
    [12, 14, 18],
    [16, 30, 36],
    [20, 53, 61],
  ])('for %i pairs is %i two-sided and %i one-sided', (n, two, one) => {
    expect([signedRankPlace(n, 0.025), signedRankPlace(n, 0.05)]).toEqual([two, one]);
  });

  it('is what counting all signs gives', () => {
    for (const n of [6, 7, 9, 11]) {
      const sums = Array.from({ length: 2 ** n }, (_, bits) =>
        Array.from({ length: n }, (_, i) => ((bits >> i) & 1) * (i + 1)).reduce((a, b) => a + b),
      );
      const tail = (k: number) => sums.filter((sum) => sum < k).length / sums.length;
      const k = signedRankPlace(n, 0.05);
      expect([tail(k) <= 0.05, tail(k + 1) <= 0.05]).toEqual([true, false]);
    }
  });
});

describe('hodgesLehmann', () => {
  it('gives the worked example: 0.958 (0.952 to 0.963), slower by 3.7 to 4.7 %', () => {
    const { estimate, twoSided, oneSided } = hodgesLehmann(differences)!;
    const ratios = [estimate, ...twoSided].map((d) => Math.exp(d).toFixed(3));
    expect(ratios).toEqual(['0.958', '0.952', '0.963']);
    const [lower, upper] = [1 - Math.exp(oneSided[1]), 1 - Math.exp(oneSided[0])].map((x) => (100 * x).toFixed(1));
    expect([lower, upper]).toEqual(['3.7', '4.7']);
  });

  it('has no limits below 6 pairs', () => {
    expect(hodgesLehmann(differences.slice(0, 5))).toBeNull();
    expect(hodgesLehmann(differences.slice(0, 6))).not.toBeNull();
  });

  it('covers a true change in 95 to 98 of 100', () => {
    const next = uniform(3);
    let inside = 0;
    for (let i = 0; i < 2000; i++) {
      const [low, high] = hodgesLehmann(Array.from({ length: 8 }, () => 0.1 + standardNormal(next)))!.twoSided;
      if (low <= 0.1 && high >= 0.1) inside++;
    }
    // Exactly 1 − 2 × 5 ÷ 256 = 96.1 %.
    expect(inside / 2000).toBeGreaterThan(0.95);
    expect(inside / 2000).toBeLessThan(0.975);
  });
});

describe('nonInferiority', () => {
  const outcome = (lower: number, estimate: number, upper: number) =>
    nonInferiority({ lower, estimate, upper, margin: 0.05 });

  it('passes when a slowdown of the margin is excluded, whatever a smaller one is', () => {
    expect([outcome(-0.01, 0, 0.01), outcome(0.037, 0.042, 0.047), outcome(-0.2, -0.1, -0.05)]).toEqual([
      'pass',
      'pass',
      'pass',
    ]);
  });

  it('says worse when it is slower, by the margin or more', () => {
    expect([outcome(0.01, 0.05, 0.09), outcome(-0.01, 0.06, 0.13), outcome(0.01, 0.049, 0.09)]).toEqual([
      'worse',
      'not shown',
      'not shown',
    ]);
    expect(outcome(0.02, 0.04, 0.05)).toBe('not shown');
  });
});

describe('signFlipMaxT', () => {
  it('is the share of all flips for one figure, 2 of 2⁸ at least', () => {
    expect(signFlipMaxT([differences])[0]).toBeCloseTo(2 / 256, 12);
    expect(signFlipMaxT([[0.01, -0.012, 0.011, -0.009, 0.003, -0.004, 0.002, -0.001]])[0]).toBeGreaterThan(0.3);
  });

  it('flips whole pairs, so that a figure told twice counts once', () => {
    expect(signFlipMaxT([differences, differences, differences])).toEqual([2, 2, 2].map((count) => count / 256));
  });

  it('raises an alarm among 6 figures of equals in about 5 of 100, and finds the one that changed', () => {
    const next = uniform(7);
    const runs = 80;
    let alarms = 0;
    let found = 0;
    for (let i = 0; i < runs; i++) {
      const equal = Array.from({ length: 6 }, () => Array.from({ length: 8 }, () => 0.02 * standardNormal(next)));
      if (signFlipMaxT(equal).some((p) => p <= 0.05)) alarms++;
      const changed = [equal[0]!.map((d) => d + 0.08), ...equal.slice(1)];
      if (signFlipMaxT(changed)[0]! <= 0.05) found++;
    }
    expect(alarms / runs).toBeLessThan(0.11);
    expect(found / runs).toBeGreaterThan(0.9);
  });

  it('samples flips above 12 pairs, the same ones every time', () => {
    const many = Array.from({ length: 20 }, (_, i) => differences[i % 8]!);
    expect(signFlipMaxT([many])).toEqual([1 / 4096]);
    const mixed = many.map((d, i) => (i % 2 === 0 ? d : -d));
    expect(signFlipMaxT([mixed])).toEqual(signFlipMaxT([mixed]));
    expect(signFlipMaxT([mixed])[0]).toBeGreaterThan(0.3);
  });

  it('takes pairs that were dropped, figures that never vary, and none at all', () => {
    const [p, none] = signFlipMaxT([
      [...differences.slice(0, 7), null],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(p).toBeCloseTo(2 / 128, 12);
    expect(none).toBe(1);
    expect(signFlipMaxT([])).toEqual([]);
  });
});
