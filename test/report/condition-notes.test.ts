// Grades in words: the cell of a case, the reasons of many rounds in one line each, what a comparison left out.
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/contract/condition.js';
import type { CaseResult } from '../../src/contract/result.js';
import { conditionNotes, gradeCell, reasonsInWords, sufficiencyNotes } from '../../src/report/condition-notes.js';
import { labelsOf } from '../../src/report/labels.js';
import { compareView } from '../../src/stats/compare-view.js';
import { showView } from '../../src/stats/show.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const round = (condition = conditionOf()) => ({ ...steadyRound(100, 10), condition });
const viewsOf = (cases: CaseResult[]) => showView(documentOf(cases), null).cases;
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
    expect(gradeCell(viewsOf([generateCase(rounds)])[0]!)).toBe(cell);
  });
});

describe('conditionNotes', () => {
  it('has nothing to say of A, nor of documents without conditions', () => {
    expect(conditionNotes(viewsOf([generateCase([round(), round()])]))).toEqual([]);
    expect(conditionNotes(viewsOf([generateCase([UNGRADED])]))).toEqual([]);
  });

  it('tells each reason once, with its range and in how many rounds', () => {
    const battery = conditionOf({ power: 'battery' });
    const both = { ...disturbed(0.092), power: 'battery' as const };
    const cases = [
      generateCase([round(), round(disturbed(0.31)), round(battery)]),
      generateCase([round(disturbed(0.2)), round(both), round(battery)], { key: { threads: 1 } }),
    ];
    expect(conditionNotes(viewsOf(cases))).toEqual([
      'Condition C in 2 of 6 rounds: other programs took 20 to 31 % of a core.',
      'Condition B in 3 of 6 rounds: the machine ran on its battery; other programs took 9.2 % of a core (1 round).',
    ]);
  });

  it('names what the system does not tell, once', () => {
    const unknown = { steal: 'x', temperature: 'y', passiveCooling: 'z' };
    const condition = conditionOf({ temperature: null, unknown });
    expect(conditionNotes(viewsOf([generateCase([round(condition), round(condition)])]))).toEqual([
      'Not available on this system, so not graded: steal time, temperature.',
    ]);
  });
});

it('reasonsInWords counts rounds only where not all have the reason', () => {
  const busy = { grade: 'C' as const, words: 'other programs took % of a core', share: 0.4 };
  expect(reasonsInWords([busy, busy], 2)).toBe('other programs took 40 % of a core');
  expect(reasonsInWords([busy], 2)).toBe('other programs took 40 % of a core (1 round)');
});

describe('sufficiencyNotes', () => {
  const rounds = (...list: Parameters<typeof generateCase>[0]) => ({
    document: documentOf([generateCase(list)]),
    path: 'x.json',
  });
  const notes = (baseline: ReturnType<typeof rounds>, candidate: ReturnType<typeof rounds>) =>
    sufficiencyNotes(compareView(baseline, candidate, { across: [], grade: 'B' }), labelsOf(candidate.document.cases));

  it('say of both sides what was left out and what is ungraded', () => {
    const [baseline, candidate] = [rounds(UNGRADED, UNGRADED), rounds(round(), round(disturbed(0.4)), UNGRADED)];
    expect(notes(baseline, candidate)).toEqual([
      'Left out, below grade B: 1 round of the candidate (other programs took 40 % of a core).\n' +
        '  to compare them all the same: --grade C; to add rounds: edgeproof run --resume <result> --rounds <more>',
      'The sides lost unequal shares of their rounds: pp512 tg5 (none in the baseline, 1 of 3 in the candidate).',
      'Used without a grade, since no condition was recorded: 2 rounds of the baseline, 1 round of the candidate.',
    ]);
  });

  it('say what all rounds together would have said, where that is something else', () => {
    const times = [1, 2, 3, 4, 5, 6].map((k) => 100 + k / 100);
    const at = (factor: number, condition?: Condition) =>
      times.map((ms) => ({ ...steadyRound(ms * factor, 20 * factor), condition: condition ?? conditionOf() }));
    const [baseline, candidate] = [rounds(...at(1)), rounds(...at(1.01).slice(0, 3), ...at(1.5, disturbed(0.4)))];
    const said = notes(baseline, candidate);
    expect(said[1]).toBe(
      'The sides lost unequal shares of their rounds: pp512 tg5 (none in the baseline, 6 of 9 in the candidate).',
    );
    expect(said[2]).toMatch(
      /^All rounds together, whatever their grade, would say: .*decode rate of pp512 tg5 worse \(/,
    );
    expect(notes(rounds(...at(1), ...at(1, disturbed(0.4))), rounds(...at(1), ...at(1, disturbed(0.4))))).toHaveLength(
      1,
    );
  });

  it('say nothing where all is well', () => {
    expect(notes(rounds(round()), rounds(round()))).toEqual([]);
  });
});
