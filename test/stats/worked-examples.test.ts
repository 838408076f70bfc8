// Examples of docs/comparison.md that stand in no other test: a comparison, visible changes, what rounding explains.
import { expect, it } from 'vitest';
import { compareResults } from '../../src/stats/compare.js';
import { parityOf } from '../../src/stats/parity.js';
import { visibleEffect } from '../../src/stats/visible-effect.js';
import { documentOf, generateCase } from '../fixtures/document.js';

it.each([
  // Only one of the 126 ways of dealing ten rounds out separates them as far.
  ['worse', [110, 112, 109, 111, 110], 1],
  // With one of the second as fast as the first, five do, which is still few enough; with two, they are too many.
  ['worse', [110, 112, 109, 111, 100], 5],
  ['not shown', [110, 112, 99, 111, 100], 20],
] as const)('TTFT of 100, 101, 99, 100, 102 ms becomes %s at %j ms', (outcome, times, deals) => {
  const [baseline, candidate] = [[100, 101, 99, 100, 102], times].map((rounds) =>
    documentOf([generateCase(rounds.map((ms) => ({ tokenMs: [[ms, ms + 20]] })))]),
  );
  const entry = compareResults(baseline!, candidate!, { across: [] }).cases[0]!;
  const changes = entry.status === 'compared' ? entry.changes : [];
  expect(changes).toHaveLength(5);
  expect(changes.find(({ metric }) => metric === 'ttftMs')).toMatchObject({
    sameAs: 'prefillRate',
    outcome,
    change: expect.closeTo(0.1, 9),
    p: expect.closeTo(deals / 126, 6),
    adjustedP: expect.closeTo(deals / 126, 6),
  });
});

it.each([
  [4, 3.54],
  [5, 2.93],
  [6, 2.63],
  [8, 2.2],
  [10, 2.02],
  [16, 1.61],
  [20, 1.42],
])('%i rounds a side show a change of %d deviations in one of four figures', (n, deviations) => {
  const spread = { spread: 1, familySpread: 1 };
  expect(visibleEffect({ n, m: n, ...spread, figures: 4, minimumEffect: 0 })).toBeCloseTo(deviations, 2);
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
