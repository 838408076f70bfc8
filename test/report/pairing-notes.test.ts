// Failures, missing cases and the command that compares more, in the words that people read.

import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { labelsOf } from '../../src/report/labels.js';
import { acrossNote, failureNotes, pairingNotes } from '../../src/report/pairing-notes.js';
import { compareView } from '../../src/stats/compare-view.js';
import { digestOf } from '../../src/stats/digest.js';
import { documentOf, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const rounds = (ok: number, failed: number, threads = 2, tokens = 5) =>
  generateCase(
    [
      ...Array.from({ length: ok }, (): FakeRound => steadyRound(100, 10, tokens)),
      ...Array.from({ length: failed }, () => 'failed' as const),
    ],
    { key: { threads } },
  );

function notesOf(before: CaseResult[], after: CaseResult[], history: CaseResult[] = [], path = 'a.json') {
  const [baseline, candidate] = [documentOf(before), documentOf(after)];
  const more = history.length === 0 ? {} : { history: [digestOf(documentOf(history), 'c.json')] };
  const view = compareView(
    { document: baseline, path },
    { document: candidate, path: 'b.json' },
    { across: [], grade: 'B', ...more },
  );
  const labels = labelsOf(view.cases);
  return [...failureNotes(view, labels), ...pairingNotes(view, labels), ...acrossNote(view)];
}

describe('notes beside the figures', () => {
  it('are none where all cases were compared', () => {
    expect(notesOf([rounds(5, 0)], [rounds(5, 0)])).toEqual([]);
  });

  it('count new failures on both sides, and say what is shown', () => {
    expect(notesOf([rounds(6, 0)], [rounds(4, 2)])).toEqual([
      'new failures: pp512 tg5: 2 of 6 rounds in the candidate, 0 of 6 rounds in the baseline; ' +
        'that they fail more often is not shown (p=0.227)\n  killed',
    ]);
    expect(notesOf([rounds(5, 0)], [rounds(3, 2)], [rounds(15, 0)])).toEqual([
      'new failures: pp512 tg5: 2 of 5 rounds in the candidate, 0 of 5 rounds in the baseline, ' +
        '0 of 15 rounds in earlier results; that they fail more often is shown (p=0.033)\n  killed',
    ]);
    expect(notesOf([rounds(5, 1)], [rounds(5, 1)])).toEqual([
      'failed rounds: pp512 tg5: 1 of 6 rounds in the candidate, 1 of 6 rounds in the baseline\n  killed',
    ]);
  });

  it('name cases of one side by what tells them apart, all of a kind in one line', () => {
    expect(
      notesOf(
        [1, 2, 4].map((threads) => rounds(5, 0, threads)),
        [rounds(5, 0, 2)],
      ),
    ).toEqual(['missing, only in the baseline: 1 thread pp512 tg5, 4 threads pp512 tg5']);
  });

  it('offer a command that can be copied', () => {
    expect(notesOf([rounds(5, 0)], [rounds(5, 0, 2, 9)], [], 'my results/a.json').at(-1)).toBe(
      'To compare across what differs:\n  edgeproof compare "my results/a.json" b.json --across new',
    );
  });
});
