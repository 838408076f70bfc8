import { describe, expect, it } from 'vitest';
import { shrunkFit } from '../../src/stats/shrunk-fit.js';

const loose = [
  { value: 1, spread: 1000 },
  { value: 1, spread: 1000 },
];

describe('shrunkFit', () => {
  it('is what is expected without points', () => {
    const expected = [
      { value: 1.4, spread: 0.5 },
      { value: 40e-6, spread: 1 },
    ];
    expect(shrunkFit([], expected).map((value, i) => value / expected[i]!.value)).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(1, 12),
    ]);
  });

  it('finds the line that points lie on, at any scale', () => {
    const line = (bytes: number) => ({ terms: [bytes, 1], measured: 2e-9 * bytes + 3e-3 });
    const [slope, constant] = shrunkFit(
      [line(1e6), line(1e9), line(4e6)],
      [
        { value: 1e-9, spread: 100 },
        { value: 1e-3, spread: 100 },
      ],
    );
    expect(slope! / 2e-9).toBeCloseTo(1, 5);
    expect(constant! / 3e-3).toBeCloseTo(1, 5);
  });

  it('weighs errors relative to what was measured: the closed form of one coefficient', () => {
    // Σ w·x·y / Σ w·x² with w = 1 / y²: here (1/10 + 2/10) / (1/100 + 4/100).
    const points = [
      { terms: [1], measured: 10 },
      { terms: [2], measured: 10 },
    ];
    expect(shrunkFit(points, [{ value: 1, spread: 1e6 }])[0]).toBeCloseTo(6, 6);
  });

  it('lies between the expectation and one measurement, weighted by both', () => {
    // Minimum of ((b − 2) / (2 · 0.05))² + ((b − 1) / 0.1)²: half way, as both have a spread of 0.1.
    expect(shrunkFit([{ terms: [1], measured: 2 }], [{ value: 1, spread: 0.1 }])[0]).toBeCloseTo(1.5, 9);
  });

  it('has no coefficient below zero, and fits the others without it', () => {
    const points = [1, 2, 3].map((x) => ({ terms: [x, 1], measured: 2 * x - 1 }));
    const [slope, constant] = shrunkFit(points, loose);
    expect(constant).toBe(0);
    const [alone] = shrunkFit(
      points.map(({ terms, measured }) => ({ terms: [terms[0]!], measured })),
      [loose[0]!],
    );
    expect(slope).toBeCloseTo(alone!, 9);
  });
});
