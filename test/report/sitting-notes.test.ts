// What a comparison of two sittings says of itself: what it assumes of their spread, and what it could have shown.
import { describe, expect, it } from 'vitest';
import type { MetricChange } from '../../src/contract/views/compare.js';
import { sittingNotes } from '../../src/report/sitting-notes.js';

const summary = { n: 5, median: 50, interval: null, spread: null } as unknown as MetricChange['baseline'];

function changeOf(metric: MetricChange['metric'], more: Partial<MetricChange> = {}): MetricChange {
  return {
    ...{ metric, baseline: summary, candidate: summary, change: 0.1, sameAs: null, p: 0.01, adjustedP: 0.01 },
    ...{ outcome: 'not shown', visibleEffect: 0.125, roundsToSee5Percent: null },
    sittings: { baseline: 1, candidate: 1, spread: 0.025, isFromHistory: false, change: 0.1, limit: 0.133 },
    ...more,
  };
}

describe('the notes of two sittings', () => {
  it('say what is assumed, and which changes would be shown', () => {
    expect(sittingNotes([changeOf('prefillRate'), changeOf('decodeRate', { visibleEffect: 0.2 })])).toEqual([
      'Measured in two sittings, which differ without a cause, too: by a standard deviation of 2.5 % (assumed, since too few earlier results are stored).',
      'If so, at most 5 of 100 comparisons of equals raise an alarm, and changes of 12.5 to 20.0 % are shown nine times in ten.',
    ]);
  });

  it('name the figures that the rounds show and the sittings do not, and what decides', () => {
    const notes = sittingNotes([changeOf('decodeRate', { outcome: 'within sitting spread' }), changeOf('loadMs')]);
    expect(notes[2]).toContain('Within sitting spread: 1 of 2 figures.');
    expect(notes[2]).toContain('edgeproof regress --confirm');
  });

  it('are silent for one sitting, and where too few rounds say nothing anyway', () => {
    expect(sittingNotes([changeOf('decodeRate', { sittings: null })])).toEqual([]);
    expect(sittingNotes([changeOf('decodeRate', { outcome: 'too few rounds', visibleEffect: null })])).toEqual([]);
  });
});
