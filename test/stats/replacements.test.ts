// Rounds of condition C are run again: as many as a case lacks, at the end, up to a bound, and within the budget.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { roundsRule, untilPreciseSchema } from '../../src/contract/rounds.js';
import { wantedCases } from '../../src/stats/enough.js';
import { replacementRounds } from '../../src/stats/replacements.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, generateCase, roundOf, steadyRound } from '../fixtures/document.js';

const GOOD = { ...steadyRound(100, 10), condition: conditionOf() };
const BUSY = { ...steadyRound(100, 10), condition: disturbed(0.5) };
const rounds = (text: string) =>
  [...text].map((letter) =>
    letter === 'C' ? BUSY : letter === 'F' ? 'failed' : letter === '?' ? steadyRound(1, 1) : GOOD,
  );
const caseOf = (text: string, threads = 2) => generateCase(rounds(text), { key: { threads } });

/** The rounds that are run, all of which turn out as `next` says, in turn. */
function run(cases: CaseResult[], count: number, next = 'A', isOverBudget = () => false): string[] {
  const done: string[] = [];
  for (const { result, round } of replacementRounds(documentOf(cases), roundsRule(count), isOverBudget)) {
    done.push(`${result.key.threads} in ${round}`);
    result.rounds.push(roundOf(rounds(next[(done.length - 1) % next.length]!)[0]!, round));
  }
  return done;
}

describe('rounds in place of those of condition C', () => {
  it.each([
    ['none is C', 'AAAAA', 'A', 0],
    ['two are C', 'ACAAC', 'A', 2],
    ['two are C, and the first of the new ones', 'ACAAC', 'CA', 4],
    ['all stay C', 'CCCCC', 'C', 5],
    ['grades are not known', '?????', 'A', 0],
    ['some are still to be run', 'CC', 'A', 0],
  ])('%s', (_, text, next, count) => {
    expect(run([caseOf(text)], 5, next)).toEqual(Array.from({ length: count }, (_, i) => `2 in ${5 + i}`));
  });

  it('are as many as were asked for, five at most, and none for a single round', () => {
    expect(run([caseOf('CCC')], 3, 'C')).toHaveLength(3);
    expect(run([caseOf('CCCCCCCCC')], 9, 'C')).toHaveLength(5);
    expect(run([caseOf('C')], 1, 'C')).toEqual([]);
    // Of a document that goes on.
    expect(run([caseOf('CCCCC')], 3, 'C')).toHaveLength(1);
    expect(run([caseOf('CCCCCC')], 3, 'C')).toEqual([]);
  });

  it('visit the cases in turn', () => {
    const cases = [caseOf('CCAA', 1), caseOf('AAAA', 2), caseOf('CAAA', 4)];
    expect(run(cases, 4)).toEqual(['1 in 4', '4 in 4', '1 in 5']);
  });

  it('do not begin after the budget', () => {
    let left = 1;
    expect(run([caseOf('CCC')], 3, 'C', () => left-- <= 0)).toEqual(['2 in 3']);
  });

  it('are not wanted where precision asked for so many that enough are good', () => {
    const rule = untilPreciseSchema.parse({ minimum: 3, maximum: 9 });
    const wanted = (text: string) => [...replacementRounds(documentOf([caseOf(text)]), rule, () => false)].length;
    expect(wanted('CCAAA')).toBe(0);
    expect(wanted('CCCAA')).toBeGreaterThan(0);
  });

  it('are wanted of a document that is resumed', () => {
    const document = documentOf([caseOf('ACA', 1), caseOf('AAA', 2)]);
    document.suite.content.rounds = 3;
    expect(wantedCases(document).map(({ key }) => key.threads)).toEqual([1]);
  });
});
