// Drift over a sitting in words: what changed, by how much, how sure that is, and what to do.
import { describe, expect, it } from 'vitest';
import type { SittingDrift } from '../../src/contract/views/figures.js';
import { comparisonPage } from '../../src/report/comparison-page.js';
import { driftNotes } from '../../src/report/drift-notes.js';
import { labelsOf } from '../../src/report/labels.js';
import { resultPage } from '../../src/report/result-page.js';
import { compareView } from '../../src/stats/compare-view.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const drift = (change: number, more: Partial<SittingDrift> = {}): SittingDrift => ({
  ...{ metric: 'decodeRate', rounds: 8, change, adjustedP: 0.0104, isShown: true, ...more },
});

function notesOf(...drifts: SittingDrift[][]): string[] {
  const cases = drifts.map((sittingDrift, i) => {
    const { id, key } = generateCase([steadyRound(100, 20)], { key: { threads: i + 1 } });
    return { id, key, sittingDrift };
  });
  return driftNotes({ cases } as unknown as Parameters<typeof driftNotes>[0], labelsOf(cases));
}

const ADVICE = 'The machine changed meanwhile: heat, or another load. Measure again when it is steady.';

describe('notes on drift over a sitting', () => {
  it('say nothing where none is shown', () => {
    expect(notesOf([], [drift(-0.2, { isShown: false })])).toEqual([]);
  });

  it('name the speed, its change and how sure it is', () => {
    expect(notesOf([drift(-0.0604)])).toEqual([
      `Decode rate of pp512 tg5 fell by 6.0 % over the sitting (rounds 1 to 8, p=0.010). ${ADVICE}`,
    ]);
  });

  it('put alike ones together, with the range, and name three', () => {
    const rose = drift(0.04, { metric: 'prefillRate', adjustedP: 0.02 });
    const cases = [-0.05, -0.07, -0.06, -0.05].map((change) => [drift(change)]);
    expect(notesOf(...cases, [rose, drift(-0.08, { rounds: 9 })])).toEqual([
      `Decode rate of 1 thread pp512 tg5, 2 threads pp512 tg5, 3 threads pp512 tg5 and 2 more fell by 5.0 to 8.0 % over the sitting (rounds 1 to 9, p=0.010); prefill rate of 5 threads pp512 tg5 rose by 4.0 % over the sitting (rounds 1 to 8, p=0.020). ${ADVICE}`,
    ]);
  });

  it('stand on the page of a result, and on that of a comparison with the side', () => {
    const of = (growth: number) =>
      documentOf([
        generateCase(Array.from({ length: 6 }, (_, i) => steadyRound(300 + (i % 2), 20 * (1 + growth * i)))),
      ]);
    const [steady, drifting] = [of(0), of(0.02)];
    expect(resultPage(showView(drifting, null)).notes.join('\n')).toContain(
      'Decode rate of pp512 tg5 fell by 9.1 % over the sitting (rounds 1 to 6, p=0.003).',
    );
    const sides = [steady, drifting].map((document) => ({ document, path: 'x.json' }));
    const notes = comparisonPage(compareView(sides[0]!, sides[1]!, { across: [], grade: 'B' })).notes.join('\n');
    expect(notes).toContain('In the candidate, decode rate of pp512 tg5 fell by 9.1 % over the sitting');
    expect(notes).not.toContain('In the baseline, decode');
  });
});
