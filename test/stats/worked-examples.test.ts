// Examples of docs/comparison.md that stand in no other test: a comparison, visible changes, what rounding explains.
import { expect, it } from 'vitest';
import { compareResults } from '../../src/stats/compare.js';
import { parityOf } from '../../src/stats/parity.js';
import { visibleEffect } from '../../src/stats/visible-effect.js';
import { documentOf, generateCase } from '../fixtures/document.js';

it.each([
  // All of the second are larger: p = 2 ÷ 252, times five tests.
  ['worse', [110, 112, 109, 111, 110], 0.0079, 0.04],
  // One of them is not.
  ['not shown', [110, 112, 109, 111, 100], 0.056, 0.278],
] as const)('TTFT of 100, 101, 99, 100, 102 ms becomes %s at %j ms', (outcome, times, p, adjustedP) => {
  const [baseline, candidate] = [[100, 101, 99, 100, 102], times].map((rounds) =>
    documentOf([generateCase(rounds.map((ms) => ({ tokenMs: [[ms, ms + 20]] })))]),
  );
  const entry = compareResults(baseline!, candidate!, { across: [] }).cases[0]!;
  const changes = entry.status === 'compared' ? entry.changes : [];
  expect(changes).toHaveLength(5);
  expect(changes.find(({ metric }) => metric === 'ttftMs')).toMatchObject({
    outcome,
    change: expect.closeTo(0.1, 9),
    p: expect.closeTo(p, 3),
    adjustedP: expect.closeTo(adjustedP, 3),
  });
});

it.each([
  [5, 3.49],
  [6, 2.89],
  [8, 2.38],
  [10, 1.99],
  [15, 1.52],
  [20, 1.28],
])('%i rounds a side show a change of %d standard deviations in one of five tests', (n, deviations) => {
  expect(visibleEffect({ n, m: n, spread: 1, alpha: 0.01, minimumEffect: 0 })).toBeCloseTo(deviations, 2);
});

it.each([
  ['float32', 0, 6e-5],
  ['float16', 0, 0.036],
  ['int8', 4, 0.6],
])('rounding in %s at accuracy level %i explains gaps up to %d', (type, accuracyLevel, gap) => {
  const answer = { prompt: { seed: 0, tokens: 1, vocabSize: 9 }, tokens: [1], logits: null };
  const result = generateCase([]);
  Object.assign(result.checkpoint!.graph, { formats: [{ accuracyLevel }], kv: { shapes: [{ type }] } });
  expect(parityOf({ answer, result }, { answer, result })!.tolerance).toBeCloseTo(gap, 9);
});
