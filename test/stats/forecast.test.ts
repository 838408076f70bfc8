// The time that is left, against simulated runs whose rounds take what they take.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { roundsRule } from '../../src/contract/rounds.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { wantedRounds } from '../../src/stats/enough.js';
import { type CaseForecast, forecast } from '../../src/stats/forecast.js';
import { normal } from '../../src/stats/random.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

/** A run of three cases of 2, 8 and 20 s a round, ± 10 %; what was foreseen at each step, and what came. */
function simulatedRun(rounds: unknown, noise: number, seed: number) {
  const draw = normal(seed);
  const cases = [2000, 8000, 20_000].map((_, i) => generateCase([], { key: { threads: i + 1 } }));
  const document = documentOf(cases);
  document.suite.content = suiteSchema.parse({ ...document.suite.content, rounds });
  const rule = roundsRule(document.suite.content.rounds);
  const trueMs = new Map(document.cases.map((result, i) => [result, [2000, 8000, 20_000][i]!]));
  const entries: (CaseForecast & { measuredMs: number[] })[] = document.cases.map((result) => ({
    result,
    measuredMs: [],
    expectedMs: trueMs.get(result)! * 0.9,
    expectedRounds: rule.minimum,
  }));
  let clock = 0;
  const foreseen: { at: number; total: number }[] = [];
  const isOverBudget = () => clock > (rule.budgetSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  for (const { result, round } of wantedRounds(document, isOverBudget)) {
    foreseen.push({ at: clock, total: clock + forecast(entries, rule, clock).ms });
    const took = trueMs.get(result)! * (1 + 0.1 * draw(0, 1));
    clock += took;
    entries.find((entry) => entry.result === result)!.measuredMs.push(took);
    addRound(result, round, draw(20, 20 * noise));
  }
  return { foreseen, total: clock };
}

function addRound(result: CaseResult, index: number, tpotMs: number): void {
  const [round] = generateCase([steadyRound(100, tpotMs)]).rounds;
  result.rounds.push({ ...round!, index });
}

it('has a round left as long as a case is not known well enough', () => {
  const rule = roundsRule({
    minimum: 1,
    maximum: 12,
    halfWidthPercent: 3,
    metric: 'decodeRate',
    minimumSeconds: 0,
    budgetSeconds: 5,
  });
  const [result] = documentOf([generateCase([steadyRound(100, 20)])]).cases;
  const entry = { result: result!, measuredMs: [800], expectedMs: 800, expectedRounds: 1 };
  expect(forecast([entry], rule, 1000)).toEqual({ rounds: 1, ms: 800 });
  expect(forecast([entry], rule, 6000)).toEqual({ rounds: 0, ms: 0 });
});

describe('the forecast of a simulated run', () => {
  it.each([
    ['a number of rounds', 6, 0.02],
    ['rounds until precise', { minimum: 5, maximum: 10, halfWidthPercent: 1 }, 0.03],
    ['rounds within a budget', { minimum: 3, maximum: 40, halfWidthPercent: 0.5, budgetSeconds: 300 }, 0.05],
  ])('of %s is right within 25 %% from the start', (_, rounds, noise) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { foreseen, total } = simulatedRun(rounds, noise, seed);
      // How many rounds precision takes is known from its minimum on.
      const judged = typeof rounds === 'number' ? foreseen : foreseen.slice(15);
      for (const { total: guess } of judged) {
        expect(guess / total).toBeGreaterThan(0.75);
        expect(guess / total).toBeLessThan(1.25);
      }
    }
  });
});

it('counts the rounds that are left, and none when there are none', () => {
  const entry = (rounds: number) => ({
    result: generateCase(Array.from({ length: rounds }, () => steadyRound(100, 20))),
    measuredMs: [],
    expectedMs: 1000,
    expectedRounds: 3,
  });
  expect(forecast([entry(0), entry(2)], roundsRule(3), 0)).toEqual({ rounds: 4, ms: 4000 });
  expect(forecast([entry(3)], roundsRule(3), 0)).toEqual({ rounds: 0, ms: 0 });
});
