import { describe, expect, it } from 'vitest';
import { type Calibration, coefficientsOf, type Expected, sumOf } from '../../src/verdict/efficiency.js';

const EXPECTED: Expected<'time'> = {
  time: [
    { value: 1.5, spread: 0.5 },
    { value: 2e-3, spread: 2 },
  ],
};

/** Takes a · bytes + c, with a and c of the path. */
const measured = (path: string[], [a, c]: [number, number], bytes: number): Calibration<'time'> => ({
  path,
  points: { time: { terms: [bytes, 1], measured: a * bytes + c } },
});
const sizes = [0.0005, 0.001, 0.002, 0.02];

describe('coefficientsOf', () => {
  it('are those that are expected as long as nothing is measured', () => {
    expect(coefficientsOf([], EXPECTED)(['cpu', 'phone']).time).toEqual([
      expect.closeTo(1.5, 9),
      expect.closeTo(2e-3, 9),
    ]);
  });

  it('come near those that the cases have, for each path its own', () => {
    const fast = sizes.map((bytes) => measured(['cpu', 'fast'], [1.2, 1e-3], bytes));
    const slow = sizes.map((bytes) => measured(['cpu', 'slow'], [2.4, 4e-3], bytes));
    const of = coefficientsOf([...fast, ...slow], EXPECTED);
    for (const [path, a, c] of [['fast', 1.2, 1e-3] as const, ['slow', 2.4, 4e-3] as const]) {
      const [slope, constant] = of(['cpu', path]).time;
      expect(slope! / a).toBeCloseTo(1, 1);
      expect(constant! / c).toBeGreaterThan(0.6);
      expect(constant! / c).toBeLessThan(1.4);
    }
  });

  it('of a path without cases are those of the narrowest group that has some', () => {
    const of = coefficientsOf(
      sizes.map((bytes) => measured(['cpu', 'fast'], [1.2, 1e-3], bytes)),
      EXPECTED,
    );
    const near = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value / b[i]!);
    for (const ratio of near(of(['cpu', 'unknown']).time, of(['cpu']).time)) expect(ratio).toBeCloseTo(1, 6);
    expect(of(['gpu']).time).not.toEqual(of(['cpu']).time);
  });

  it('with one case, move towards it, but not as far as to explain it alone', () => {
    const [slope] = coefficientsOf([measured(['cpu'], [3, 0], 1)], EXPECTED)(['cpu']).time;
    expect(slope).toBeGreaterThan(2.5);
    expect(slope).toBeLessThan(3);
  });
});

it('a sum without terms is not known', () => {
  expect(sumOf(null, [1])).toBeNull();
  expect(sumOf([2, 3], [10, 100])).toBe(320);
});
