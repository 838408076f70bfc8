// Whether the two sides of pairs computed the same, from the tokens of their rounds and their answers to one prompt.
import { expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { gateExitCode } from '../../src/stats/confirmation.js';
import { pairedTokens } from '../../src/stats/paired-tokens.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { documentOf, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const rounds = (more: FakeRound = {}) => Array.from({ length: 8 }, () => ({ ...steadyRound(100, 10), ...more }));
const OTHER: FakeRound = { tokensHash: (seed) => `other-${seed}` };
/** `second`: the second token of its answer, which is 2 or 3, 0.05 apart, where nothing is wrong. */
function side(name: 'before' | 'after', more: FakeRound, second: number): CaseResult {
  const made = generateCase(rounds(more), name === 'before' ? {} : { key: { threads: 4 } });
  const logits = {
    candidates: [1, 9, second, second === 2 ? 3 : 2],
    gaps: [0, 1, 0, 0.05],
    asked: [],
    noise: 0.05,
    reading: null,
  };
  return {
    ...made,
    answer: { prompt: { seed: 1, tokens: 8, vocabSize: 9 }, tokens: [1, second], logits },
  } as CaseResult;
}
const of = (before: CaseResult, after: CaseResult) =>
  pairedTokens({ baseline: documentOf([before]), candidate: documentOf([after]) })[0]!;
const code = (before: CaseResult, after: CaseResult) => {
  const as = (result: CaseResult) => ({ path: 'x.json', document: documentOf([result]) });
  return gateExitCode(null, pairsView(as(before), as(after), { grade: 'B' }));
};

it('is the same where rounds and answers are', () => {
  expect(of(side('before', {}, 2), side('after', {}, 2))).toMatchObject({ inRounds: true, isSame: true });
});

it('is the same where other settings lead to other rounds, as far as the answers show that rounding does so', () => {
  const [before, after] = [side('before', {}, 2), side('after', OTHER, 3)];
  expect(of(before, after)).toMatchObject({ inRounds: false, isSame: true, parity: { verdict: 'near-tie' } });
  expect(code(before, after)).toBe(0);
  // Answers that agree show no rounding that would change every round.
  const alike = side('after', OTHER, 2);
  expect(of(before, alike)).toMatchObject({ inRounds: false, isSame: false, parity: { verdict: 'same' } });
  expect(code(before, alike)).toBe(1);
});

it('is a no where the answer is another one, or is missing', () => {
  const before = side('before', {}, 2);
  const wrong = side('after', OTHER, 7);
  expect(of(before, wrong)).toMatchObject({ isSame: false, otherFiles: false, parity: { verdict: 'different' } });
  expect(code(before, wrong)).toBe(1);
  const silent = generateCase(rounds(OTHER), { key: { threads: 4 } });
  expect(of(before, silent)).toMatchObject({ isSame: false, parity: null });
  expect(code(before, silent)).toBe(1);
});

it('is not asked of other files with synthetic weights', () => {
  const after = side('after', OTHER, 7);
  const files = { ...after, identity: { ...after.identity!, weights: 'other' } };
  expect(of(side('before', {}, 2), files)).toMatchObject({ otherFiles: true, parity: null, isSame: true });
  expect(code(side('before', {}, 2), files)).toBe(0);
  // Other files may compute other things, but must read the whole prompt.
  const logits = { ...files.answer!.logits!, reading: { otherPasses: 1, otherText: 1.2 } };
  expect(code(side('before', {}, 2), { ...files, answer: { ...files.answer!, logits } })).toBe(1);
});
