// The clock, on clocks whose step and cost are known, and on the real one.
import { expect, it } from 'vitest';
import { measureClock } from '../../src/machine/clock.js';

/** Every reading takes `costNs`; the clock shows whole steps of `stepNs`. */
function clockOf(stepNs: number, costNs: number): () => number {
  let ns = 0;
  return () => {
    ns += costNs;
    return (Math.floor(ns / stepNs) * stepNs) / 1e6;
  };
}

it.each([
  // Steps finer than a reading cannot be seen: 25 of them pass.
  [1, 25, 25],
  [41, 30, 41],
  [100, 60, 100],
  [1000, 25, 1000],
  [1_000_000, 400, 1_000_000],
])('with steps of %i ns and readings of %i ns shows steps of %i ns', (stepNs, costNs, shownNs) => {
  const { resolutionNs, overheadNs } = measureClock(clockOf(stepNs, costNs));
  expect(resolutionNs).toBe(shownNs);
  expect(Math.abs(overheadNs - costNs)).toBeLessThanOrEqual(Math.max(1, stepNs / 20_000));
});

it('measures the real one', () => {
  const { resolutionNs, overheadNs } = measureClock();
  expect(resolutionNs).toBeGreaterThan(0);
  expect(resolutionNs).toBeLessThan(1e6);
  expect(overheadNs).toBeGreaterThan(0);
});
