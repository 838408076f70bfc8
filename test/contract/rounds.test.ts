// How many rounds: a plain number, or a rule.
import { expect, it } from 'vitest';
import { roundsRule, roundsSchema } from '../../src/contract/rounds.js';

it('reads a number as minimum and maximum, and a rule with its defaults', () => {
  expect(roundsRule(7)).toMatchObject({ minimum: 7, maximum: 7, budgetSeconds: null });
  expect(roundsRule(40)).toMatchObject({ minimum: 40, maximum: 40 });
  expect(roundsSchema.parse({})).toEqual({
    minimum: 8,
    maximum: 30,
    halfWidthPercent: 2,
    metric: 'decodeRate',
    minimumSeconds: 0,
    budgetSeconds: null,
  });
});

it.each([[0], [1.5], [{ minimum: 5, maximum: 4 }], [{ budgetSeconds: 0 }], [{ metric: 'beauty' }], [{ rounds: 3 }]])(
  'refuses %j',
  (rounds) => expect(roundsSchema.safeParse(rounds).success).toBe(false),
);
