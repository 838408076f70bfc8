// The operations that a prompt and the step behind it need at the least, worked out on paper, and what is said of missing ones.
import { expect, it } from 'vitest';
import type { PromptAnswer } from '../../src/contract/prompt-answer.js';
import { workText } from '../../src/report/parity-notes.js';
import { multipliedOf } from '../../src/stats/multiplied.js';
import { WORK, workedCase } from '../fixtures/ceilings.js';

const layer = { queryHeads: 1, keySize: 1, valueSize: 1, arithmetic: 'fp32' as const, rowBytes: 8 };
const attention = [
  { ...layer, layers: 1, window: null },
  { ...layer, layers: 1, window: 64 },
];
const CASE = workedCase(100, 10, { work: { ...WORK, attention } });
const UNKNOWN = workedCase(100, 10, { work: { ...WORK, attention: [] } });

const found = (more: Partial<NonNullable<PromptAnswer['multiplied']>> = {}, result = CASE) => {
  const multiplied = { tokens: 289, chosen: 2, seen: 289, products: 600, operations: 145.9e9, ...more };
  const prompt = { seed: 0, tokens: 288, vocabSize: 100 };
  return multipliedOf(result, { prompt, tokens: [1], logits: null, multiplied });
};

it('needs the first of two layers for each token, the last one and the head for chosen tokens', () => {
  // 0.5 Gop of each layer and 0.2 of the head: 289 × 0.5 + 2 × (0.5 + 0.2) = 145.9.
  expect(found()).toMatchObject({ isWhole: true });
  expect(found()!.leastOperations! / 1e9).toBeCloseTo(145.9, 6);
});

it.each([
  ['a token', { seen: 288 }, 'see 288 of 289 tokens'],
  ['85 % of the prompt', { seen: 45, operations: 24e9 }, 'see 45 of 289 tokens'],
  ['1 % of the products', { operations: 144.4e9 }, 'take 144 Gop, and the graph needs 146 at the least'],
])('is not whole without %s', (_, more, text) => {
  const multiplied = found(more)!;
  expect(multiplied.isWhole).toBe(false);
  expect(workText({ otherPasses: 0, otherText: 1, multiplied, proven: false })).toBe(
    `not proven to read its whole prompt: in a profile of it, matrix products ${text}`,
  );
});

it('counts tokens alone where operations are not known, and says nothing of what was not profiled', () => {
  expect(found({ operations: null })).toMatchObject({ leastOperations: null, isWhole: true });
  expect(found({ operations: null, seen: 45 })).toMatchObject({ isWhole: false });
  expect(found({ operations: 1 }, UNKNOWN)).toMatchObject({ leastOperations: null, isWhole: true });
  expect(multipliedOf(CASE, null)).toBeNull();
  expect(multipliedOf(CASE, { prompt: { seed: 0, tokens: 288, vocabSize: 9 }, tokens: [1], logits: null })).toBeNull();
});
