// Paired rounds as people read them: a golden page, and what is said of pairs that were dropped.
import { expect, it } from 'vitest';
import type { PairsView } from '../../src/contract/views/pairs.js';
import { pairsPage } from '../../src/report/pairs-page.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { inTerminal } from '../fixtures/printed.js';

const BASELINE = [40.2, 39.1, 40.6, 38.8, 39.9, 39.4, 40.1, 38.9];
const CANDIDATE = [38.7, 37.5, 38.6, 37.2, 38.0, 37.9, 38.2, 37.6];
const side = (name: string, rates: number[]) => ({
  path: `results/box/pairs/quick-${name}.json`,
  document: documentOf([generateCase(rates.map((rate) => steadyRound(100, 1000 / rate)))]),
});
const options = { grade: 'B', isWanted: (_: string, metric: string) => metric === 'decodeRate' } as const;
const view = pairsView(side('baseline', BASELINE), side('candidate', CANDIDATE), options);

it('is a row of each figure with its limits and what they decide', () => {
  expect(inTerminal(pairsPage(view), 140)).toMatchInlineSnapshot(`
    "
    baseline   results/box/pairs/quick-baseline.json
    candidate  results/box/pairs/quick-candidate.json
    cases      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · pairs of rounds of one sitting

    case        metric        unit    baseline   candidate   pairs   change      slower by   outcome
    pp512 tg5   decode rate   tok/s       39.7        38.0       8   −4.2 %   3.7 to 4.7 %   pass (margin 5 %)

    Pass: a slowdown by the margin is excluded for the figure.
    slower by: one-sided limits of 95 % each; below 0 is faster (docs/comparison.md).
    "
  `);
});

const summary = (changes: Partial<PairsView>) => pairsPage({ ...view, ...changes }).notes[0];
const [figure] = view.figures;

it('says in one sentence what the pairs decide', () => {
  expect(summary({ figures: [] })).toBe('No pair gave a figure.');
  expect(summary({ figures: [figure!, { ...figure!, outcome: 'worse' }] })).toBe('Worse: 1 of 2 figures.');
  expect(summary({ figures: [{ ...figure!, outcome: 'not shown' }] })).toBe(
    'Not shown: 1 of 1 figure may be slower by the margin or more. This is not a pass.',
  );
});

it('counts what was dropped, names the first failure, and other tokens', () => {
  const { id, key } = figure!;
  const lost = { id, key, baselineFailed: 0, candidateFailed: 2, grade: 1, firstFailure: 'killed' };
  const few = { ...figure!, pairs: 5, change: null, slowdown: null, outcome: 'not shown' as const };
  const { notes } = pairsPage({ ...view, figures: [few], dropped: [lost], otherTokens: [id] });
  expect(notes.slice(2)).toEqual([
    'Limits take 6 pairs or more.',
    'pairs dropped: pp512 tg5: 2 rounds of the candidate failed, 1 pair had a round of a worse grade\n  the first failure: killed',
    'generated tokens differ: pp512 tg5 is not the same computation on both sides',
  ]);
});
