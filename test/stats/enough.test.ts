// Which rounds a document still wants, in which order, and when a case is known well enough.
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/contract/result.js';
import { type Rounds, roundsRule } from '../../src/contract/rounds.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { expectedRounds, isEnough, wantedCases, wantedRounds } from '../../src/stats/enough.js';
import { normal } from '../../src/stats/random.js';
import { documentOf, generateCase, microCase, steadyRound } from '../fixtures/document.js';

const ROUND = { tokenMs: [[10, 20]] };

function withRounds(document: ResultDocument, rounds: unknown): ResultDocument {
  const content = suiteSchema.parse({ ...document.suite.content, rounds });
  return { ...document, suite: { ...document.suite, content } };
}

const order = (document: ResultDocument, isOverBudget = () => false) =>
  [...wantedRounds(document, isOverBudget)].map(({ result, round }) => `${result.key.threads} in ${round}`);

describe('wanted rounds', () => {
  const cases = [1, 2, 3].map((threads) => generateCase([], { key: { threads } }));

  it('visit all cases in every round, forwards and backwards in turn', () => {
    expect(order(withRounds(documentOf(cases), 3))).toEqual([
      ...['1 in 0', '2 in 0', '3 in 0'],
      ...['3 in 1', '2 in 1', '1 in 1'],
      ...['1 in 2', '2 in 2', '3 in 2'],
    ]);
  });

  it('leave out what was measured and keep what failed', () => {
    const document = documentOf([generateCase([ROUND, 'failed'], { key: { threads: 4 } }), ...cases.slice(0, 1)]);
    expect(order(withRounds(document, 2))).toEqual(['1 in 0', '1 in 1', '4 in 1']);
  });

  it('go on for the case that is not precise, and end with its maximum', () => {
    const precise = generateCase([steadyRound(100, 20), steadyRound(100, 20.01)], { key: { threads: 8 } });
    const rough = generateCase([steadyRound(100, 20), steadyRound(100, 30)], { key: { threads: 1 } });
    const document = withRounds(documentOf([precise, rough]), { minimum: 2, maximum: 4, halfWidthPercent: 1 });
    expect(order(document)).toEqual(['1 in 2', '1 in 3']);
    expect(wantedCases(document).map(({ key }) => key.threads)).toEqual([1]);
  });

  it('hold the minimum although the budget is over, and no more', () => {
    const document = withRounds(documentOf(cases.slice(0, 1)), { minimum: 2, maximum: 9 });
    expect(order(document, () => true)).toEqual(['1 in 0', '1 in 1']);
  });
});

describe('enough', () => {
  const rule = (more: object) => roundsRule(suiteRounds({ minimum: 2, halfWidthPercent: 3, ...more }));

  it('is when half the interval of the metric is small enough', () => {
    // Decode 50 and 51.02 tok/s: 12.7 × 0.51 ÷ 50.5 = 12.8 %.
    const result = generateCase([steadyRound(100, 20), steadyRound(100, 19.6)]);
    expect([12, 13].map((halfWidthPercent) => isEnough(result, rule({ halfWidthPercent })))).toEqual([false, true]);
    // The prefill rate does not vary at all.
    expect(isEnough(result, rule({ metric: 'prefillRate' }))).toBe(true);
  });

  it('is not before the timed seconds, however precise', () => {
    const result = generateCase([steadyRound(100, 20), steadyRound(100, 20)]);
    // Two passes of 180 ms.
    expect(isEnough(result, rule({ minimumSeconds: 0.35 }))).toBe(true);
    expect(isEnough(result, rule({ minimumSeconds: 0.37 }))).toBe(false);
  });

  it('goes by the metric that a case has', () => {
    const micro = microCase([{ sampleMs: [1, 1] }, { sampleMs: [1, 1] }], 'tokenize');
    expect(isEnough(micro, rule({}))).toBe(true);
    expect(isEnough(generateCase([steadyRound(100, 20)]), rule({}))).toBe(false);
  });
});

describe('expected rounds', () => {
  it('are what the spread so far asks for, right within a third on average', () => {
    const draw = normal(11);
    const noisy = (count: number) => generateCase(Array.from({ length: count }, () => steadyRound(100, draw(20, 0.6))));
    const rule = roundsRule(suiteRounds({ minimum: 5, maximum: 60, halfWidthPercent: 2 }));
    const [foreseen, needed] = [[] as number[], [] as number[]];
    for (let i = 0; i < 60; i++) {
      const result = noisy(60);
      const first = (count: number) => ({ ...result, rounds: result.rounds.slice(0, count) });
      foreseen.push(expectedRounds(first(8), rule));
      let count = 5;
      while (count < 60 && !isEnough(first(count), rule)) count++;
      needed.push(count);
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(foreseen) / mean(needed)).toBeGreaterThan(0.67);
    expect(mean(foreseen) / mean(needed)).toBeLessThan(1.5);
  });

  it('are the minimum before anything is known', () => {
    expect(expectedRounds(generateCase([]), roundsRule(suiteRounds({ minimum: 6 })))).toBe(6);
    expect(expectedRounds(generateCase([]), roundsRule(4))).toBe(4);
  });
});

function suiteRounds(rounds: object): Rounds {
  return suiteSchema.parse({
    name: 'test',
    models: ['m'],
    workloads: [{ kind: 'generate', prompt: [1], new: [1] }],
    rounds,
  }).rounds;
}
