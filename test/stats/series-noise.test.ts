// The scatter of a series, worked out by hand.
import { describe, expect, it } from 'vitest';
import { clipped, noiseOf, seriesPoint, weightsOf } from '../../src/stats/series-noise.js';

describe('noiseOf', () => {
  it('takes the median move from point to point, drawn towards what is assumed', () => {
    // Moves 0.03, 0.01, 0.05, 0.02: their median is 0.025; 1.4826 · 0.025 ÷ √2 = 0.026209, with 0.37 · 4 = 1.48 degrees.
    const { deviation, freedom } = noiseOf([0, 0.03, 0.04, 0.09, 0.07], 0.02);
    expect(freedom).toBeCloseTo(5.48, 12);
    expect(deviation).toBeCloseTo(Math.sqrt((4 * 0.0004 + 1.48 * 0.026209 ** 2) / 5.48), 6);
  });

  it('is not moved by a step, and never below half a percent', () => {
    const level = (at: number) => Array.from({ length: 201 }, (_, i) => (i < at ? 0 : 1));
    expect(noiseOf(level(100), 0.02).deviation).toBe(0.005);
  });
});

describe('clipped', () => {
  it('moves a point that stands apart to twice the deviation from the median of the five around it', () => {
    expect(clipped([0, 0.01, -0.2, 0.02, 0.01, 0.4], 0.02)).toEqual([0, 0.01, -0.04 + 0.01, 0.02, 0.01, 0.05]);
  });

  it('leaves a step as it is', () => {
    const step = [0, 0, 0, 1, 1, 1];
    expect(clipped(step, 0.01)).toEqual(step);
  });
});

describe('seriesPoint', () => {
  it('is the logarithm of the median, with the variance of the logarithms', () => {
    const point = seriesPoint([Math.exp(1), Math.exp(1.2), Math.exp(1.4)]);
    expect(point.log).toBeCloseTo(1.2, 12);
    expect(point.variance).toBeCloseTo(0.04, 12);
    expect(seriesPoint([2])).toEqual({ log: Math.log(2), rounds: 1, variance: null });
  });
});

describe('weightsOf', () => {
  const point = (rounds: number, variance: number | null) => ({ log: 0, rounds, variance });

  it('is one over the variance between sittings plus that which the rounds leave, by the median', () => {
    // Of 1001 rounds each, next to nothing is drawn towards the others: 0.0001 and 0.0004 are left by the rounds.
    const points = [point(1001, 0.1001), point(1001, 0.4004), point(1001, 0.1001)];
    const weights = weightsOf(points, Math.sqrt(0.0005));
    // Between sittings 0.0005 − 0.0001 = 0.0004.
    expect(weights[0]).toBe(1);
    expect(weights[1]).toBeCloseTo(0.0005 / 0.0008, 2);
  });

  it('draws a variance of few rounds towards that of all, so that two equal rounds prove nothing', () => {
    const weights = weightsOf([point(2, 0), point(2, 0.0008), point(2, 0.0008)], 0.02);
    expect(weights[0]).toBeLessThan(1.3);
  });

  it('is 1 where no point has several rounds', () => {
    expect(weightsOf([point(1, null), point(1, null)], 0.02)).toEqual([1, 1]);
  });
});
