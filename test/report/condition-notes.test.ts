// Grades in words: the cell of a case, the reasons of many rounds in one line each, what a comparison left out.
import { describe, expect, it } from 'vitest';
import { conditionNotes, gradeCell, reasonsInWords, sufficiencyNotes } from '../../src/report/condition-notes.js';
import { sufficientRounds } from '../../src/stats/sufficient.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const round = (condition = conditionOf()) => ({ ...steadyRound(100, 10), condition });
const UNGRADED = steadyRound(100, 10);

describe('gradeCell', () => {
  it.each([
    [[round(), round()], 'A'],
    [[round(), round(disturbed(0.3)), round()], '2 A 1 C'],
    [[round(disturbed(0.1))], 'B'],
    [[UNGRADED], ''],
    [[UNGRADED, round()], 'A'],
    [['failed' as const], ''],
  ])('case %#', (rounds, cell) => {
    expect(gradeCell(generateCase(rounds))).toBe(cell);
  });
});

describe('conditionNotes', () => {
  it('has nothing to say of A, nor of documents without conditions', () => {
    expect(conditionNotes([generateCase([round(), round()])])).toEqual([]);
    expect(conditionNotes([generateCase([UNGRADED])])).toEqual([]);
  });

  it('tells each reason once, with its range and in how many rounds', () => {
    const battery = conditionOf({ power: 'battery' });
    const both = { ...disturbed(0.092), power: 'battery' as const };
    const cases = [
      generateCase([round(), round(disturbed(0.31)), round(battery)]),
      generateCase([round(disturbed(0.2)), round(both), round(battery)]),
    ];
    expect(conditionNotes(cases)).toEqual([
      'Condition C in 2 of 6 rounds: other programs took 20 to 31 % of a core.',
      'Condition B in 3 of 6 rounds: the machine ran on its battery; other programs took 9.2 % of a core (1 round).',
    ]);
  });

  it('names what the system does not tell, once', () => {
    const unknown = { steal: 'x', temperature: 'y', passiveCooling: 'z' };
    const condition = conditionOf({ temperature: null, unknown });
    expect(conditionNotes([generateCase([round(condition), round(condition)])])).toEqual([
      'Grades do without what this system does not tell: steal time, temperature.',
    ]);
  });
});

it('reasonsInWords counts rounds only where not all have the reason', () => {
  const busy = { grade: 'C' as const, words: 'other programs took % of a core', share: 0.4 };
  expect(reasonsInWords([busy, busy], 2)).toBe('other programs took 40 % of a core');
  expect(reasonsInWords([busy], 2)).toBe('other programs took 40 % of a core (1 round)');
});

describe('sufficiencyNotes', () => {
  const rounds = (...list: Parameters<typeof generateCase>[0]) =>
    sufficientRounds(documentOf([generateCase(list)]), 'B');

  it('say of both sides what was left out and what is ungraded', () => {
    const [baseline, candidate] = [rounds(UNGRADED, UNGRADED), rounds(round(), round(disturbed(0.4)), UNGRADED)];
    expect(sufficiencyNotes(baseline, candidate, 'B')).toEqual([
      'Left out, below grade B: 1 round of the candidate (other programs took 40 % of a core).\n' +
        '  to compare them all the same: --grade C; to add rounds: edgeproof run --resume <result> --rounds <more>',
      'Used without a grade, measured before conditions were recorded: 2 rounds of the baseline, 1 round of the candidate.',
    ]);
  });

  it('say nothing where all is well', () => {
    expect(sufficiencyNotes(rounds(round()), rounds(round()), 'B')).toEqual([]);
  });
});
