// Which rounds a document still wants, in which order, and when a case is known well enough.
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/contract/result.js';
import { type Rounds, roundsRule } from '../../src/contract/rounds.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { expectedRounds, isEnough, precisionOf, wantedCases, wantedRounds } from '../../src/stats/enough.js';
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

  it('go on for the case whose first rounds ask for more, and end with its maximum', () => {
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

/** Decode rates of 50 tok/s, this much faster or slower in turn. */
const swinging = (rounds: number, swing: number) =>
  generateCase(Array.from({ length: rounds }, (_, i) => steadyRound(100, 20 / (1 + (i % 2 === 0 ? swing : -swing)))));
const rule = (more: object) => roundsRule(suiteRounds({ halfWidthPercent: 3, ...more }));

describe('enough', () => {
  it('is when as many rounds are measured as the first 8 ask for', () => {
    // s₀ = 4 % × √(8 ÷ 7); t₇ = 2.3646: (2.3646 × 4.276 ÷ 3)² = 11.4.
    expect([8, 11, 12].map((rounds) => isEnough(swinging(rounds, 0.04), rule({})))).toEqual([false, false, true]);
    expect(isEnough(swinging(8, 0.02), rule({}))).toBe(true);
    expect(isEnough(swinging(7, 0.02), rule({}))).toBe(false);
  });

  it('does not look at later rounds, however precise or not they make it', () => {
    const wild = [...swinging(8, 0.02).rounds, ...swinging(4, 0.5).rounds].map((round, index) => ({ ...round, index }));
    expect(isEnough({ ...swinging(8, 0.02), rounds: wild }, rule({}))).toBe(true);
    const calm = [...swinging(8, 0.04).rounds, ...swinging(3, 0).rounds].map((round, index) => ({ ...round, index }));
    expect(isEnough({ ...swinging(8, 0.04), rounds: calm }, rule({}))).toBe(false);
  });

  it('is planned from fewer rounds where the minimum is lower', () => {
    // s₀ = 1 % × √2; t₁ = 12.706: (12.706 × 1.414 ÷ 3)² = 35.9.
    expect(expectedRounds(swinging(2, 0.01), rule({ minimum: 2, maximum: 99 }))).toBe(36);
    expect(isEnough(swinging(1, 0.01), rule({ minimum: 1 }))).toBe(false);
  });

  it('is planned from 8 rounds where the minimum is higher, so that a higher one is not another look', () => {
    const rounds = [...swinging(8, 0.06).rounds, ...swinging(4, 0).rounds].map((round, index) => ({ ...round, index }));
    // s₀ = 6 % × √(8 ÷ 7): (2.3646 × 6.414 ÷ 3)² = 25.6.
    for (const minimum of [8, 12]) expect(expectedRounds({ ...swinging(8, 0.06), rounds }, rule({ minimum }))).toBe(26);
  });

  it('is not before the timed seconds, however precise', () => {
    const result = generateCase([steadyRound(100, 20), steadyRound(100, 20)]);
    // Two passes of 180 ms.
    expect(isEnough(result, rule({ minimum: 2, minimumSeconds: 0.35 }))).toBe(true);
    expect(isEnough(result, rule({ minimum: 2, minimumSeconds: 0.37 }))).toBe(false);
    expect(expectedRounds(result, rule({ minimum: 2, minimumSeconds: 0.55 }))).toBe(4);
  });

  it('goes by the metric that is asked for, or else by one that a case has', () => {
    expect(isEnough(swinging(8, 0.04), rule({ metric: 'prefillRate' }))).toBe(true);
    const micro = microCase([{ sampleMs: [1, 1] }, { sampleMs: [1, 1] }], 'tokenize');
    expect(isEnough(micro, rule({ minimum: 2 }))).toBe(true);
  });

  it('takes 1.2² as many rounds when a result is looked at again', () => {
    // (2.3646 × 4.276 × 1.2 ÷ 3)² = 16.4.
    expect(expectedRounds(swinging(8, 0.04), rule({ looks: 2 }))).toBe(17);
  });
});

describe('expected rounds', () => {
  it('are those that will be measured, from the moment that they are planned', () => {
    const draw = normal(11);
    const noisy = Array.from({ length: 30 }, () => steadyRound(100, draw(20, 0.8)));
    const planned = expectedRounds(generateCase(noisy.slice(0, 8)), rule({}));
    expect(planned).toBeGreaterThan(8);
    for (let rounds = 8; rounds <= 30; rounds++) {
      const result = generateCase(noisy.slice(0, rounds));
      expect([expectedRounds(result, rule({})), isEnough(result, rule({}))]).toEqual([planned, rounds >= planned]);
    }
  });

  it('are the minimum before anything is known, and never more than the maximum', () => {
    expect(expectedRounds(generateCase([]), rule({ minimum: 6 }))).toBe(6);
    expect(expectedRounds(generateCase([]), roundsRule(4))).toBe(4);
    expect(expectedRounds(swinging(8, 0.5), rule({}))).toBe(30);
  });
});

describe('precision', () => {
  const asked = (more: object) => suiteRounds({ halfWidthPercent: 3, ...more });

  it('is the width obtained, and what the target would take where it was missed', () => {
    const { halfWidth, ...rest } = precisionOf(swinging(12, 0.04), asked({}))!;
    expect(rest).toEqual({
      metric: 'decodeRate',
      rounds: 12,
      planned: 12,
      budgetSeconds: null,
      target: 0.03,
      // The interval of a median of two values in turn is wide; it shrinks with the root of the rounds.
      wouldTake: expect.any(Number),
    });
    expect(halfWidth).toBeGreaterThan(0.03);
    expect(rest.wouldTake! / (12 * (halfWidth / 0.03) ** 2)).toBeCloseTo(1, 0);
    expect(precisionOf(swinging(8, 0.001), asked({}))).toMatchObject({ planned: 8, wouldTake: null });
  });

  it('is 1.2 times as wide after another look', () => {
    const [once, twice] = [{}, { looks: 2 }].map((more) => precisionOf(swinging(12, 0.04), asked(more))!.halfWidth);
    expect(twice! / once!).toBeCloseTo(1.2, 12);
  });

  it('is nothing where rounds were a number', () => {
    expect(precisionOf(swinging(8, 0.02), 8)).toBeNull();
    expect(precisionOf(swinging(1, 0.02), asked({}))).toBeNull();
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
