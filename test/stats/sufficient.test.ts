// Rounds that may be compared: by grade, with what is left out counted and explained, through to the comparison.
import { describe, expect, it } from 'vitest';
import { compareResults, exitCodeOf } from '../../src/stats/compare.js';
import { sufficientRounds } from '../../src/stats/sufficient.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const A = { ...steadyRound(100, 10), condition: conditionOf() };
const B = { ...steadyRound(105, 11), condition: disturbed(0.1) };
const C = { ...steadyRound(200, 30), condition: disturbed(0.6) };
const UNGRADED = steadyRound(100, 10);

describe('sufficientRounds', () => {
  it.each([
    ['A', 1],
    ['B', 2],
    ['C', 4],
  ] as const)('of grade %s or better are %i of A, B, C, C', (atLeast, kept) => {
    const { document, leftOut, ungraded } = sufficientRounds(documentOf([generateCase([A, B, C, C])]), atLeast);
    expect(document.cases[0]!.rounds).toHaveLength(kept);
    expect(leftOut.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(4 - kept);
    expect(ungraded).toBe(0);
  });

  it('say what was left out of which case, and why', () => {
    const { leftOut } = sufficientRounds(documentOf([generateCase([A, C, C, B])]), 'B');
    expect(leftOut).toMatchObject([{ id: expect.stringContaining('prompt=512'), rounds: 2, of: 4 }]);
    expect(leftOut[0]!.reasons.map(({ grade, share }) => [grade, share])).toEqual([
      ['C', 0.6],
      ['C', 0.6],
    ]);
  });

  it('leave out a round whose single pass drifted, beside those of its case', () => {
    const pass = (drift: number) => {
      let ms = 100;
      const tokenMs = Array.from({ length: 64 }, (_, i) => (ms += 20 * (1 + (drift * i) / 63)));
      return { tokenMs: [tokenMs], condition: conditionOf() };
    };
    const { leftOut } = sufficientRounds(documentOf([generateCase([0, 0, 0, 0, 0.5].map(pass))]), 'B');
    expect(leftOut).toMatchObject([{ rounds: 1, of: 5, reasons: [{ words: expect.stringContaining('drifted') }] }]);
  });

  it('use rounds without a condition, and failed ones stay', () => {
    const result = sufficientRounds(documentOf([generateCase([UNGRADED, 'failed', UNGRADED])]), 'A');
    expect(result.document.cases[0]!.rounds).toHaveLength(3);
    expect(result).toMatchObject({ leftOut: [], ungraded: 2 });
  });

  it('do not alter the document they come from', () => {
    const document = documentOf([generateCase([A, C])]);
    const copy = structuredClone(document);
    sufficientRounds(document, 'A');
    expect(document).toEqual(copy);
  });
});

describe('a comparison of sufficient rounds', () => {
  const compare = (before: Parameters<typeof generateCase>[0], after: Parameters<typeof generateCase>[0]) => {
    const [baseline, candidate] = [before, after].map((rounds) => documentOf([generateCase(rounds)]));
    return compareResults(baseline!, candidate!, { across: [], grade: 'B' });
  };

  it('does not take a busy machine for a regression', () => {
    const comparison = compare([A, A, A, A, A, A], [A, A, A, A, A, A, C, C, C, C]);
    expect(exitCodeOf(comparison)).toBe(0);
    expect(comparison.cases).toMatchObject([{ status: 'compared' }]);
  });

  it('has no answer where nothing of sufficient grade is left, and says so', () => {
    const comparison = compare([A, A, A, A], [C, C, C, C]);
    expect(comparison.cases).toMatchObject([
      { status: 'unmatched', reason: 'no round of sufficient grade in the candidate' },
    ]);
    expect(exitCodeOf(comparison)).toBe(2);
    expect(compare([C], [A]).cases).toMatchObject([{ reason: 'no round of sufficient grade in the baseline' }]);
  });

  it('checks the tokens of every round, also of one that is left out', () => {
    const other = (seed: number) => `other-${seed}`;
    expect(compare([A, A, A, A, A], [A, A, A, A, C]).cases).toMatchObject([{ sameTokens: true }]);
    const comparison = compare([A, A, A, A, A], [A, A, A, A, { ...C, tokensHash: other }]);
    expect(comparison.cases).toMatchObject([{ sameTokens: false }]);
  });

  it('counts failures among the rounds of every grade', () => {
    const { failures } = compare([A, A, C], [A, C, 'failed']);
    expect(failures).toMatchObject([{ baseline: { failed: 0, of: 3 }, candidate: { failed: 1, of: 3 } }]);
  });
});
