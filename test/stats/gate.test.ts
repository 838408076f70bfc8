// A gate says no for exactly the reasons that it names, whatever the two results have in them.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { type Gate, gateSchema } from '../../src/contract/views/gate.js';
import type { PairOutcome } from '../../src/contract/views/pairs.js';
import { compareView } from '../../src/stats/compare-view.js';
import { gateOf, gateOfPairs } from '../../src/stats/gate.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { uniform } from '../../src/stats/random.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const ABOUT = { suite: 'quick', machine: 'testbox' };
const rounds = (factor = 1) => Array.from({ length: 8 }, (_, i) => steadyRound(100, 20 * factor * (1 + i / 1000)));
const workload = generateCase(rounds()).key.workload;
const failed = (threads = 2) => generateCase(Array(8).fill('failed'), { key: { threads, workload } });

/** Both sides in one sitting, so that the spread between sittings does not hide a change. */
function screen(before: CaseResult[], after: CaseResult[]) {
  const side = (cases: CaseResult[], path: string) => ({ document: documentOf(cases), path });
  return compareView(side(before, 'a.json'), side(after, 'b.json'), { across: [], pair: [], grade: 'C', history: [] });
}

const noes = ({ findings }: Gate) =>
  findings.filter(({ isNo }) => isNo).map(({ outcome, metric }) => [outcome, metric]);

describe('a gate on stored results', () => {
  it.each<[string, CaseResult[], CaseResult[], number, [string, string | null][]]>([
    ['equals', [generateCase(rounds())], [generateCase(rounds())], 0, []],
    ['a slower one', [generateCase(rounds())], [generateCase(rounds(1.1))], 1, [['worse', 'decodeRate']]],
    ['a faster one', [generateCase(rounds(1.1))], [generateCase(rounds())], 0, []],
    ['one that fails', [generateCase(rounds())], [failed()], 1, [['failed', null]]],
    [
      'one that fails sometimes',
      [generateCase(rounds())],
      [generateCase([...rounds().slice(1), 'failed'])],
      1,
      [['failed', null]],
    ],
    [
      'one that lacks a case',
      [generateCase(rounds()), generateCase(rounds(), { key: { threads: 4 } })],
      [generateCase(rounds())],
      1,
      [['missing', null]],
    ],
    ['another model', [generateCase(rounds())], [generateCase(rounds(), { key: { model: 'other' } })], 2, []],
  ])('of %s', (_, before, after, exitCode, expected) => {
    const gate = gateOf(screen(before, after), ABOUT);
    expect(gateSchema.parse(gate)).toEqual(gate);
    expect([gate.exitCode, noes(gate)]).toEqual([exitCode, expected]);
  });

  it('lets cases be missing where that is allowed', () => {
    const view = screen(
      [generateCase(rounds()), generateCase(rounds(), { key: { threads: 4 } })],
      [generateCase(rounds())],
    );
    const gate = gateOf(view, { ...ABOUT, allowMissing: true });
    expect([gate.exitCode, noes(gate)]).toEqual([0, []]);
  });

  it('keeps to the thresholds of the suite of the candidate', () => {
    const view = (thresholds?: Record<string, number>) => {
      const [before, after] = [documentOf([generateCase(rounds())]), documentOf([generateCase(rounds(1.1))])];
      Object.assign(after.suite.content, { thresholds });
      return compareView(
        { document: before, path: 'a' },
        { document: after, path: 'b' },
        { across: [], pair: [], grade: 'C', history: [] },
      );
    };
    expect(gateOf(view({ decodeRate: 15 }), ABOUT).exitCode).toBe(0);
    expect(gateOf(view({ decodeRate: 5 }), ABOUT).exitCode).toBe(1);
    expect(gateOf(view(), ABOUT).exitCode).toBe(1);
  });

  it('names a reason for every no, and gives none without one, in any mixture of cases', () => {
    const random = uniform(7);
    const pick = <T>(values: T[]) => values[Math.floor(random() * values.length)]!;
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const side = () =>
        [1, 2, 4].flatMap((threads) => {
          const key = { threads };
          return pick([
            [],
            [failed(threads)],
            [generateCase(rounds(pick([1, 1, 1.2])), { key })],
            [generateCase([...rounds().slice(2), 'failed'], { key })],
          ]);
        });
      const [before, after] = [side(), side()];
      if (before.length === 0 || after.length === 0) continue;
      const gate = gateOf(screen(before, after), ABOUT);
      seen.add(gate.exitCode);
      expect(gate.exitCode === 1).toBe(noes(gate).length > 0);
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});

describe('a gate on pairs', () => {
  const slower = generateCase(rounds(1.1));
  const pairs = (outcomes: PairOutcome[]) => {
    const side = { document: documentOf([slower]), path: 'x.json' };
    const view = pairsView(side, side, { grade: 'B', isWanted: (_, metric) => metric === 'decodeRate' });
    return { ...view, figures: outcomes.map((outcome) => ({ ...view.figures[0]!, outcome })) };
  };
  const alarmed = screen([generateCase(rounds())], [slower]);

  it('passes only what is shown to be no slower', () => {
    expect(noes(gateOfPairs(alarmed, pairs(['pass']), ABOUT))).toEqual([]);
    expect(noes(gateOfPairs(alarmed, pairs(['not shown']), ABOUT))).toEqual([['not shown', 'decodeRate']]);
    expect(noes(gateOfPairs(null, pairs(['worse']), ABOUT))).toEqual([['worse', 'decodeRate']]);
    expect(gateOfPairs(null, pairs([]), ABOUT).exitCode).toBe(2);
  });

  it('keeps the noes of the stored results that no pairs were run for', () => {
    const other = failed(8);
    const before = [generateCase(rounds()), generateCase(rounds(), { key: other.key })];
    const gate = gateOfPairs(screen(before, [slower, other]), pairs(['pass']), ABOUT);
    expect([gate.exitCode, noes(gate)]).toEqual([1, [['failed', null]]]);
  });

  it('counts other tokens and lost pairs', () => {
    const view = pairs(['pass']);
    const dropped = {
      id: slower.id,
      key: slower.key,
      baselineFailed: 0,
      candidateFailed: 2,
      grade: 0,
      firstFailure: 'killed',
    };
    expect(noes(gateOfPairs(null, { ...view, otherTokens: [slower.id] }, ABOUT))).toEqual([['other tokens', null]]);
    const lost = gateOfPairs(null, { ...view, dropped: [dropped] }, ABOUT);
    expect([lost.exitCode, noes(lost)]).toEqual([1, [['failed', null]]]);
  });
});
