// Holm's adjustment against what R prints.
import { expect, it } from 'vitest';
import { holm } from '../../src/stats/holm.js';

it.each([
  // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
  [
    [0.01, 0.02, 0.03, 0.04, 0.05],
    [0.05, 0.08, 0.09, 0.09, 0.09],
  ],
  // p.adjust(c(0.04, 0.001, 0.6, 0.02), "holm")
  [
    [0.04, 0.001, 0.6, 0.02],
    [0.08, 0.004, 0.6, 0.06],
  ],
  [
    [0.9, 0.8],
    [1, 1],
  ],
  [[0.03], [0.03]],
  [[], []],
])('%j becomes %j', (raw, adjusted) => {
  const found = holm(raw);
  expect(found).toHaveLength(adjusted.length);
  adjusted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 12);
  });
});
