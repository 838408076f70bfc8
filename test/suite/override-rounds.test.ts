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

it('plans a target from 8 rounds, unless fewer are asked for', () => {
  expect(overrideRounds(5, { target: 2 })).toMatchObject({ minimum: 8, maximum: 30, halfWidthPercent: 2 });
  expect(overrideRounds(12, { target: 2 })).toMatchObject({ minimum: 12 });
  expect(overrideRounds(5, { target: 2, rounds: 5 })).toMatchObject({ minimum: 5 });
  expect(overrideRounds(RULE, { target: 2 })).toMatchObject({ minimum: 4 });
});

it('counts a smaller target of a result that is continued as another look, and keeps the target on record', () => {
  const looks = (rounds: ReturnType<typeof extendRounds>) => (typeof rounds === 'number' ? 'none' : rounds.looks);
  expect([4, 3, 1].map((target) => looks(extendRounds(RULE, { target })))).toEqual([undefined, undefined, 2]);
  expect(looks(extendRounds(extendRounds(RULE, { target: 2 }), { target: 1 }))).toBe(3);
  expect(looks(extendRounds(5, { target: 2 }))).toBe(2);
  expect(extendRounds(5, { budget: 60 })).not.toHaveProperty('looks');
  expect(extendRounds(extendRounds(RULE, { target: 1 }), { rounds: 12 })).toMatchObject({
    minimum: 12,
    maximum: 12,
    halfWidthPercent: 1,
    looks: 2,
  });
});

it('adds rounds to a result that is continued, and takes none away', () => {
  expect([extendRounds(5, { rounds: 8 }), extendRounds(5, { rounds: 3 })]).toEqual([8, 5]);
  expect(extendRounds(5, {})).toBe(5);
  expect(extendRounds(RULE, { target: 1 })).toMatchObject({ minimum: 4, maximum: 10, halfWidthPercent: 1 });
});
