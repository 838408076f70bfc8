// Effective sample size against the closed form of an autoregressive series.
import { expect, it } from 'vitest';
import { effectiveSize } from '../../src/stats/effective-size.js';
import { normal } from '../../src/stats/random.js';

/** Each value is `memory` times the one before, plus noise. */
function autoregressive(length: number, memory: number, seed: number): number[] {
  const draw = normal(seed);
  let value = draw(0, 1 / Math.sqrt(1 - memory ** 2));
  return Array.from({ length }, () => {
    value = memory * value + draw(0, 1);
    return value;
  });
}

// Of an AR(1) series, Σ ρ^k gives n (1 − ρ) / (1 + ρ).
it.each([0, 0.3, 0.6, 0.9])('a memory of %d leaves n (1 − ρ) / (1 + ρ)', (memory) => {
  const series = [1, 2, 3, 4].map((seed) => autoregressive(5000, memory, seed));
  const expected = (20_000 * (1 - memory)) / (1 + memory);
  expect(effectiveSize(series) / expected).toBeGreaterThan(0.85);
  expect(effectiveSize(series) / expected).toBeLessThan(1.15);
});

it('never counts more than there is', () => {
  const alternating = Array.from({ length: 100 }, (_, i) => i % 2);
  expect(effectiveSize([alternating])).toBe(100);
  expect(effectiveSize([autoregressive(1000, -0.7, 5)])).toBe(1000);
});

it('counts equal values for what they are, and nothing for nothing', () => {
  expect(effectiveSize([[3, 3, 3, 3]])).toBe(4);
  expect(effectiveSize([])).toBe(0);
});

it('sees that two steady series on different levels are two samples rather than two hundred', () => {
  const level = (value: number) => Array.from({ length: 100 }, (_, i) => value + (i % 2) / 1000);
  expect(effectiveSize([level(1), level(2)])).toBeLessThan(6);
});
