// Drift over a sitting, as `show` and `compare` have it: which speeds, in which order of rounds, and when it is shown.
import { describe, expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { compareView } from '../../src/stats/compare-view.js';
import { normal } from '../../src/stats/random.js';
import { showView } from '../../src/stats/show.js';
import { sittingDrifts } from '../../src/stats/sitting-drift.js';
import { disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeCase, generateCase, microCase, steadyRound } from '../fixtures/document.js';

/** Rounds whose time per token grows from 20 ms by `growth`, with noise of 0.2 %; prompts take as long in all. */
function driftingCase(growth: number, rounds = 8, options: FakeCase = {}): CaseResult {
  const draw = normal(7);
  const times = Array.from({ length: rounds }, (_, i) => 20 * (1 + (growth * i) / (rounds - 1)) * draw(1, 0.002));
  return generateCase(
    times.map((tpotMs) => steadyRound(300 * draw(1, 0.002), tpotMs)),
    options,
  );
}
const shown = (cases: CaseResult[]) =>
  sittingDrifts(cases).map((drifts) => drifts.filter(({ isShown }) => isShown).map(({ metric }) => metric));

describe('drift over a sitting', () => {
  it('is shown of the speed that fell, with its size', () => {
    const [[prefill, decode]] = sittingDrifts([driftingCase(0.06)]) as [ReturnType<typeof sittingDrifts>[number]];
    expect(prefill).toMatchObject({ metric: 'prefillRate', rounds: 8, isShown: false });
    expect(decode).toMatchObject({ metric: 'decodeRate', rounds: 8, isShown: true });
    expect(decode!.change).toBeCloseTo(1 / 1.06 - 1, 2);
    expect(decode!.adjustedP).toBeLessThan(0.01);
  });

  it('is not shown below the minimum effect, however clear it is', () => {
    const [[, decode]] = sittingDrifts([driftingCase(0.02)]) as [ReturnType<typeof sittingDrifts>[number]];
    expect(decode!.adjustedP).toBeLessThan(0.05);
    expect(decode).toMatchObject({ isShown: false });
  });

  it('is not shown of a single slow round, wherever it is', () => {
    for (const place of [0, 3, 7]) {
      const times = Array.from({ length: 8 }, (_, i) => (i === place ? 30 : 20 + 0.01 * ((i * 5) % 8)));
      expect(shown([generateCase(times.map((ms) => steadyRound(300, ms)))])).toEqual([[]]);
    }
  });

  it('goes by the time at which rounds ran, not by their index', () => {
    const [result] = [driftingCase(0.06)];
    const rounds = result.rounds.map((round) => ({ ...round, index: (round.index * 3) % 8 }));
    rounds.sort((a, b) => a.index - b.index);
    expect(shown([{ ...result, rounds }])).toEqual([['decodeRate']]);
  });

  it('needs five rounds, and has none of failed ones', () => {
    expect(sittingDrifts([driftingCase(0.3, 4)])).toEqual([[]]);
    expect(shown([driftingCase(0.3, 5)])).toEqual([['decodeRate']]);
    expect(sittingDrifts([generateCase(['failed'])])).toEqual([[]]);
  });

  it('is looked for in micro workloads, and each case keeps its own', () => {
    const micro = microCase(
      Array.from({ length: 8 }, (_, i) => ({ sampleMs: [1 + 0.02 * i] })),
      'tokenize',
    );
    const steady = driftingCase(0, 8, { key: { threads: 4 } });
    expect(shown([generateCase(['failed']), micro, steady, driftingCase(0.1)])).toEqual([
      [],
      ['microMs'],
      [],
      ['decodeRate'],
    ]);
  });

  it('is in the view of a result, and does not change a grade', () => {
    const { cases } = showView(documentOf([driftingCase(0.06)]), null);
    expect(cases[0]!.sittingDrift.map(({ isShown }) => isShown)).toEqual([false, true]);
    expect(cases[0]!.rounds.map(({ grade }) => grade)).toEqual(Array(8).fill(null));
  });

  it('is named for the side of a comparison that has it, of the rounds and cases that are compared', () => {
    const [drifting, steady] = [driftingCase(0.1), driftingCase(0)];
    const alone = driftingCase(0.1, 8, { key: { threads: 4 } });
    const side = (cases: CaseResult[]) => ({ document: documentOf(cases), path: 'x.json' });
    const driftsOf = (cases: CaseResult[]) => {
      const { sides } = compareView(side([steady]), side(cases), { across: [], grade: 'B' });
      return [sides.baseline.drifts, sides.candidate.drifts].map((drifts) => drifts.map(({ id }) => id));
    };
    expect(driftsOf([drifting, alone])).toEqual([[], [drifting.id]]);
    // Without the rounds of grade C, four are left.
    const busy = structuredClone(drifting);
    for (const round of busy.rounds.slice(0, 4)) if (round.status === 'ok') round.condition = disturbed(0.5);
    expect(driftsOf([busy])).toEqual([[], []]);
  });
});
