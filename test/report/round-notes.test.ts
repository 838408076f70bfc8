// Lines under the table about rounds that a reader should know of.
import { describe, expect, it } from 'vitest';
import type { CaseResult, OkRound } from '../../src/contract/result.js';
import { labelsOf } from '../../src/report/labels.js';
import { roundNotes } from '../../src/report/round-notes.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

function notesOf(cases: CaseResult[], warmup: number | 'auto' = 0): string[] {
  const document = documentOf(cases);
  document.suite.content.warmup = warmup;
  return roundNotes(showView(document, null), labelsOf(cases));
}

const steady = () => [20, 20.1, 19.9, 20.05, 19.95].map((tpotMs) => steadyRound(100, tpotMs));

describe('notes on rounds', () => {
  it('are silent about ordinary ones', () => expect(notesOf([generateCase(steady())])).toEqual([]));

  it('name a round that stands apart, and keep it', () => {
    expect(notesOf([generateCase([...steady(), steadyRound(100, 30)])])).toEqual([
      'Round 6 stands apart: decode rate 33.3 tok/s, median 49.9. It is kept.',
    ]);
  });

  it('do not name one that differs by less than matters', () => {
    expect(notesOf([generateCase([...steady(), steadyRound(100, 20.55)])])).toEqual([]);
  });

  it('tell a long stall with its place', () => {
    const stalled = { tokenMs: [[100, 120, 140, 160, 310, 330, 350]] };
    expect(notesOf([generateCase([stalled])])).toEqual([
      'Longest stall: 150 ms before token 5 of round 1, 7.50 median gaps.',
    ]);
  });

  it('tell that warm-up did not end, of automatic warm-up only', () => {
    const warmup = Array.from({ length: 8 }, (_, i) => [1000 - 100 * i, 1010 - 100 * i]);
    const rounds = [{ warmup, tokenMs: [[100, 110]] }];
    expect(notesOf([generateCase(rounds)], 'auto')).toEqual([
      'Warm-up had not ended after 8 passes in 1 round: the passes still got faster.',
    ]);
    expect(notesOf([generateCase(rounds)], 8)).toEqual([]);
  });

  it('say why a start was not cold, and of which case', () => {
    const cases = [1, 2].map((threads) => generateCase([steadyRound(100, 20)], { key: { threads } }));
    const round = cases[1]!.rounds[0] as OkRound;
    round.pageCache = {
      evicted: false,
      residentBytes: null,
      method: 'test',
      reason: 'edgeproof cannot evict files on win32',
    };
    expect(notesOf(cases)).toEqual([
      '2 threads pp512 tg5: No cold start in 1 round: edgeproof cannot evict files on win32.',
    ]);
  });
});
