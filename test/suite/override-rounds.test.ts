// What --rounds, --target and --budget make of the rounds of a suite.
import { expect, it } from 'vitest';
import { roundsSchema } from '../../src/contract/rounds.js';
import { extendRounds, overrideRounds } from '../../src/suite/override-rounds.js';

const RULE = roundsSchema.parse({ minimum: 4, maximum: 10, halfWidthPercent: 3, budgetSeconds: 60 });

it('takes --rounds alone as exactly as many, and as a minimum beside --target or --budget', () => {
  expect(overrideRounds(RULE, {})).toBe(RULE);
  expect(overrideRounds(RULE, { rounds: 6 })).toBe(6);
  expect(overrideRounds(RULE, { rounds: 6, target: 1 })).toMatchObject({
    minimum: 6,
    maximum: 10,
    halfWidthPercent: 1,
  });
  expect(overrideRounds(3, { budget: 90 })).toMatchObject({ minimum: 3, maximum: 30, budgetSeconds: 90 });
  expect(overrideRounds(3, { rounds: 50, target: 1 })).toMatchObject({ minimum: 50, maximum: 50 });
});

it('adds rounds to a result that is continued, and takes none away', () => {
  expect([extendRounds(5, { rounds: 8 }), extendRounds(5, { rounds: 3 })]).toEqual([8, 5]);
  expect(extendRounds(5, {})).toBe(5);
  expect(extendRounds(RULE, { target: 1 })).toMatchObject({ minimum: 4, maximum: 10, halfWidthPercent: 1 });
});
