// Power of Student's t, one-sided at 95 %, against published values and the table that the rule was planned with.
import { expect, it } from 'vitest';
import { powerOf, studentLimit, valuesNeeded } from '../../src/stats/power.js';

it.each([
  [2, 2.92],
  [5, 2.015],
  [7, 1.895],
  [14, 1.761],
  [30, 1.697],
  [200, 1.653],
])('the limit of t with %i degrees of freedom is %d, as tabled', (degrees, limit) => {
  expect(studentLimit(degrees)).toBeCloseTo(limit, 3);
});

it("gives the power of R's power.t.test for its own example", () => {
  // power.t.test(power = .90, delta = 1, alternative = "one.sided"): n = 17.84713, two samples of deviation 1.
  const n = 17.84713;
  expect(powerOf(1 / Math.sqrt(2 / n), 2 * n - 2)).toBeCloseTo(0.9, 3);
  const design = { error: (m: number) => Math.sqrt(2 / m), degrees: (m: number) => 2 * m - 2, fewest: 2, most: 99 };
  expect(valuesNeeded(1, design)).toBe(18);
  expect(valuesNeeded(0.1, design)).toBeNull();
});

// Pairs of rounds of this deviation that pass equals at this margin nine times in ten, simulated with the signed-rank limits.
it.each([
  [0.05, 0.014, 6],
  [0.05, 0.02, 6],
  [0.05, 0.028, 8],
  [0.05, 0.04, 13],
  [0.03, 0.014, 6],
  [0.03, 0.02, 9],
  [0.03, 0.028, 17],
  [0.03, 0.04, 33],
])('at a margin of %d and a deviation of %d it takes %i pairs', (margin, deviation, pairs) => {
  const error = (n: number) => deviation * Math.sqrt(2 / n);
  const found = valuesNeeded(margin, { error, degrees: (n) => n - 1, fewest: 6, most: 100 })!;
  // Student's t and signed ranks may differ by one.
  expect(Math.abs(found - pairs)).toBeLessThanOrEqual(1);
});
