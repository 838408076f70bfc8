// Which figures are left to pairs, and what a comparison and its pairs answer together.
import { describe, expect, it } from 'vitest';
import type { PairOutcome, PairsView } from '../../src/contract/views/pairs.js';
import { compareResults } from '../../src/stats/compare.js';
import { gateExitCode, questioned, saysNoOtherwise } from '../../src/stats/confirmation.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

/** Eight rounds a little apart; `factor` makes decoding slower. */
const rounds = (factor = 1) => Array.from({ length: 8 }, (_, i) => steadyRound(100, 20 * factor * (1 + i / 1000)));
const screenOf = (after: ReturnType<typeof generateCase>, more: ReturnType<typeof generateCase>[] = []) => {
  const others = more.map((result) => ({ ...generateCase(rounds(), { key: result.key }) }));
  return compareResults(documentOf([generateCase(rounds()), ...others]), documentOf([after, ...more]), { across: [] });
};
const slower = generateCase(rounds(1.1));

function pairsOf(outcomes: PairOutcome[]): PairsView {
  const side = { document: documentOf([slower]), path: 'x.json' };
  const view = pairsView(side, side, { grade: 'B', isWanted: (_, metric) => metric === 'decodeRate' });
  return { ...view, figures: outcomes.map((outcome) => ({ ...view.figures[0]!, outcome })) };
}

describe('what is left to pairs', () => {
  it('are the figures that are worse, with the cases of both sides', () => {
    expect(questioned(screenOf(slower), 'alerts')).toEqual([
      { id: slower.id, partner: slower.id, metrics: ['decodeRate'], isSame: true },
    ]);
    expect(questioned(screenOf(generateCase(rounds())), 'alerts')).toEqual([]);
    expect(questioned(screenOf(slower), 'all')[0]!.metrics).toContain('peakRssBytes');
  });

  it('are also figures that two sittings cannot tell from their own spread, if they got worse', () => {
    const screen = screenOf(slower);
    const changed = (outcome: 'within sitting spread' | 'not shown', change: number) => ({
      cases: screen.cases.map((entry) =>
        entry.status === 'compared'
          ? {
              ...entry,
              changes: entry.changes.map((figure) =>
                figure.metric === 'decodeRate' ? { ...figure, outcome, change } : figure,
              ),
            }
          : entry,
      ),
    });
    expect(questioned(changed('within sitting spread', -0.06), 'alerts')[0]?.metrics).toEqual(['decodeRate']);
    expect(questioned(changed('within sitting spread', 0.06), 'alerts')).toEqual([]);
    expect(questioned(changed('not shown', -0.06), 'alerts')).toEqual([]);
  });

  it('names the case of the baseline where a dimension differs', () => {
    const before = generateCase(rounds(), { key: { dtype: 'q8' } });
    const screen = compareResults(documentOf([before]), documentOf([slower]), { across: ['dtype'] });
    expect(questioned(screen, 'alerts')).toEqual([
      { id: slower.id, partner: before.id, metrics: ['decodeRate'], isSame: false },
    ]);
  });
});

describe('the exit code', () => {
  it('is 0 only if every figure passes', () => {
    const screen = screenOf(slower);
    expect(gateExitCode(screen, pairsOf(['pass']))).toBe(0);
    expect(gateExitCode(screen, pairsOf(['pass', 'not shown']))).toBe(1);
    expect(gateExitCode(screen, pairsOf(['pass', 'worse']))).toBe(1);
    expect(gateExitCode(null, pairsOf(['pass']))).toBe(0);
    expect(gateExitCode(null, { ...pairsOf(['pass']), otherTokens: [slower.id] })).toBe(1);
  });

  it('takes the pairs of a figure for the same figure in another unit', () => {
    const later = Array.from({ length: 8 }, (_, i) => steadyRound(120, 20 * (1 + i / 1000)));
    const screen = screenOf(generateCase(later));
    expect(questioned(screen, 'alerts')[0]!.metrics).toEqual(['prefillRate']);
    const pairs = pairsOf(['pass']);
    const figures = pairs.figures.map((figure) => ({ ...figure, metric: 'prefillRate' as const }));
    expect(gateExitCode(screen, { ...pairs, figures })).toBe(0);
  });

  it('is 2 where pairs gave no figure', () => {
    expect(gateExitCode(null, pairsOf([]))).toBe(2);
  });

  it('stays 1 where the comparison says no for another reason', () => {
    const failed = generateCase(['failed', 'failed'], { key: { threads: 8, workload: slower.key.workload } });
    const screen = screenOf(slower, [failed]);
    expect(saysNoOtherwise(screen, pairsOf(['pass']))).toBe(true);
    expect(gateExitCode(screen, pairsOf(['pass']))).toBe(1);
    expect(saysNoOtherwise(screenOf(slower), pairsOf(['pass']))).toBe(false);
  });
});
