// Modified z-scores against values worked out by hand, and how often noise alone is marked.
import { expect, it } from 'vitest';
import { modifiedZScores, outliersOf } from '../../src/stats/outliers.js';
import { normal } from '../../src/stats/random.js';

// NIST/SEMATECH e-Handbook, 1.3.5.17: eight mass spectrometer measurements of a uranium isotope, the last one wrong.
const URANIUM = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57];

it('finds the one wrong measurement that the handbook names', () => {
  // Median 201.37, distances 2.06 1.84 1.18 0.55 0.55 0.58 0.81 44.2: MAD 0.995, score 0.6745 × 44.2 ÷ 0.995.
  expect(modifiedZScores(URANIUM)[7]).toBeCloseTo(29.963, 3);
  expect(outliersOf(URANIUM)).toEqual([7]);
});

it('scores by the mean distance where half of the values are equal', () => {
  // Iglewicz and Hoaglin: mean absolute deviation 1.253314 × (0 × 5 + 6) ÷ 6.
  expect(modifiedZScores([10, 10, 10, 10, 10, 16])[5]).toBeCloseTo(6 / 1.253314, 6);
  expect(outliersOf([10, 10, 10, 10, 10, 16])).toEqual([5]);
});

it('marks nothing among equals and nothing among four', () => {
  expect(outliersOf([7, 7, 7, 7, 7, 7])).toEqual([]);
  expect(outliersOf([1, 1.01, 0.99, 50])).toEqual([]);
});

it('marks a slow round among ten and leaves the others alone', () => {
  expect(outliersOf([58.1, 57.9, 58.4, 41.0, 58.2, 57.5, 58.0, 58.8, 57.7, 58.3])).toEqual([3]);
});

it('marks few of normal rounds', () => {
  const draw = normal(7);
  let marked = 0;
  for (let i = 0; i < 1000; i++) marked += outliersOf(Array.from({ length: 10 }, () => draw(50, 1))).length;
  expect(marked / 10_000).toBeLessThan(0.03);
});
