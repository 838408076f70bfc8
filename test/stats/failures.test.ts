// Failed rounds in a comparison: each new failure counts, Fisher's test says what is shown, and grades do not hide any.

import { describe, expect, it } from 'vitest';
import { compareResults, exitCodeOf } from '../../src/stats/compare.js';
import { compareView } from '../../src/stats/compare-view.js';
import { digestOf } from '../../src/stats/digest.js';
import { showView } from '../../src/stats/show.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const OK = steadyRound(100, 10);
const rounds = (ok: number, failed: number) => [
  ...Array.from({ length: ok }, (): FakeRound => OK),
  ...Array.from({ length: failed }, () => 'failed' as const),
];
const document = (...list: (FakeRound | 'failed')[]) => documentOf([generateCase(list)]);
const STRICT = { across: [] };

const digested = (document: ReturnType<typeof documentOf>) => digestOf(document, 'x.json');

describe('failures of a comparison', () => {
  it('crashes in two of six rounds are named, and the answer is no', () => {
    const comparison = compareResults(document(...rounds(6, 0)), document(...rounds(4, 2)), STRICT);
    expect(comparison.failures).toMatchObject([
      {
        baseline: { failed: 0, of: 6 },
        candidate: { failed: 2, of: 6 },
        history: null,
        isNew: true,
        isShown: false,
        reasons: ['killed'],
      },
    ]);
    // Both failures among the six: 15 of the 66 ways to choose two of twelve.
    expect(comparison.failures[0]!.p).toBeCloseTo(15 / 66, 12);
    expect(exitCodeOf(comparison)).toBe(1);
    expect(exitCodeOf(comparison, { allowMissing: true })).toBe(1);
  });

  it('the first failure counts, although nothing is shown', () => {
    const comparison = compareResults(document(...rounds(20, 0)), document(...rounds(19, 1)), STRICT);
    expect(comparison.failures).toMatchObject([{ isNew: true, isShown: false }]);
    expect(exitCodeOf(comparison)).toBe(1);
  });

  it.each<[string, [number, number], [number, number], number]>([
    ['as often', [9, 1], [9, 1], 0],
    ['less often', [8, 2], [9, 1], 0],
    ['as often, of more rounds', [5, 1], [10, 2], 0],
    ['more often', [5, 1], [4, 2], 1],
  ])('what failed %s before: %j, %j', (_, before, after, code) => {
    const comparison = compareResults(document(...rounds(...before)), document(...rounds(...after)), STRICT);
    expect(comparison.failures).toMatchObject([{ isNew: code === 1 }]);
    expect(exitCodeOf(comparison)).toBe(code);
  });

  it('are held against the history, too: 2 of 5 are shown against none of 20', () => {
    const history = [
      document(...rounds(10, 0)),
      document(...rounds(5, 0)),
      documentOf([generateCase([], { key: { threads: 8 } })]),
    ];
    const [before, after] = [document(...rounds(5, 0)), document(...rounds(3, 2))];
    expect(compareResults(before, after, STRICT).failures).toMatchObject([{ isShown: false }]);
    const [found] = compareResults(before, after, { ...STRICT, history: history.map(digested) }).failures;
    expect(found).toMatchObject({ history: { failed: 0, of: 15 }, isShown: true });
    expect(found!.p).toBeCloseTo(1 / 30, 9);
  });

  it('a history of failures takes that back, but a new failure stays one', () => {
    const history = [document(...rounds(5, 10))];
    const comparison = compareResults(document(...rounds(5, 0)), document(...rounds(1, 4)), {
      ...STRICT,
      history: history.map(digested),
    });
    expect(comparison.failures).toMatchObject([{ isNew: true, isShown: false }]);
    expect(exitCodeOf(comparison)).toBe(1);
  });

  it('are said of a case whose rounds all failed, and not of one that the baseline never ran', () => {
    const found = (before: ReturnType<typeof rounds>, after: ReturnType<typeof rounds>) =>
      compareResults(document(...before), document(...after), STRICT);
    const key = { workload: { kind: 'generate', prompt: 512, new: 5, depth: 0 } } as const;
    const all = documentOf([generateCase(rounds(0, 5), { key })]);
    expect(compareResults(document(...rounds(5, 0)), all, STRICT).failures).toMatchObject([{ isShown: true }]);
    expect(found([], rounds(4, 1)).failures).toEqual([]);
  });

  it('are not forgotten when rounds are run again', () => {
    const after = document(...rounds(6, 0));
    const [failed] = generateCase(['failed']).rounds;
    after.cases[0]!.retried = failed!.status === 'failed' ? [failed!] : [];
    const comparison = compareResults(document(...rounds(6, 0)), after, STRICT);
    expect(comparison.failures).toMatchObject([{ candidate: { failed: 1, of: 7 }, isNew: true, reasons: ['killed'] }]);
    expect(exitCodeOf(comparison)).toBe(1);
    expect(showView(after, null).cases[0]!.failures).toMatchObject([{ round: 0, isRetried: true }]);
  });

  it('count among rounds of every grade', () => {
    const graded = (share: number): FakeRound => ({ ...OK, condition: share > 0 ? disturbed(share) : conditionOf() });
    const side = (list: (FakeRound | 'failed')[]) => ({ document: document(...list), path: 'x.json' });
    const busy = [...Array.from({ length: 8 }, () => graded(0.5)), ...Array.from({ length: 6 }, () => graded(0))];
    const view = compareView(side(busy), side([...busy, 'failed']), { across: [], grade: 'B' });
    expect(view.failures).toMatchObject([{ baseline: { failed: 0, of: 14 }, candidate: { failed: 1, of: 15 } }]);
    expect(exitCodeOf(view)).toBe(1);
  });
});

describe('missing cases', () => {
  const six = rounds(6, 0);
  const [one, other] = [generateCase(six), generateCase(six, { key: { threads: 4 } })];

  it('are named, and the answer is no unless they are allowed', () => {
    const comparison = compareResults(documentOf([one, other]), documentOf([one]), STRICT);
    expect(comparison.cases[1]).toMatchObject({ id: other.id, status: 'missing', key: other.key });
    expect(exitCodeOf(comparison)).toBe(1);
    expect(exitCodeOf(comparison, { allowMissing: true })).toBe(0);
  });

  it('are also those that an interrupted run did not reach', () => {
    const skipped = { ...other, status: 'skipped' as const, rounds: [] };
    const comparison = compareResults(documentOf([one, other]), documentOf([one, skipped]), STRICT);
    expect(comparison.cases[1]).toMatchObject({ status: 'missing' });
    expect(exitCodeOf(comparison)).toBe(1);
  });

  it('are not those that the baseline never measured, nor those of the candidate alone', () => {
    const failed = generateCase(['failed'], { key: { threads: 4 } });
    const lost = compareResults(documentOf([one, failed]), documentOf([one]), STRICT);
    expect(lost.cases[1]).toMatchObject({ status: 'unmatched' });
    const more = compareResults(documentOf([one]), documentOf([one, other]), STRICT);
    expect(more.cases[1]).toMatchObject({ status: 'unmatched', reason: 'only in the candidate' });
    expect([lost, more].map((comparison) => exitCodeOf(comparison))).toEqual([0, 0]);
  });

  it('leave no answer where nothing else could be compared', () => {
    expect(exitCodeOf(compareResults(documentOf([one]), documentOf([other]), STRICT))).toBe(2);
  });
});
