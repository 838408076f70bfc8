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
    Pass: decode rate × 0.958 (0.952 to 0.963, margin 5 %). A slowdown by the margin is excluded.
    baseline   results/box/pairs/quick-baseline.json
    candidate  results/box/pairs/quick-candidate.json
    cases      qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · pairs of rounds of one sitting

    case        metric        unit    baseline   candidate   pairs   change      slower by      ρ   pairs or rounds for 5 %   outcome
    pp512 tg5   decode rate   tok/s       39.7        38.0       8   −4.2 %   3.7 to 4.7 %   0.93                    6 or 4   pass (margin 5 %)

    Pairing saved no rounds: for decode rate, a change of 5 % takes 6 pairs, the fewest there can be, or 4 unpaired rounds a side. Its interval
      is ± 0.5 %; unpaired, these rounds would give ± 1.7 % (correlation ρ = 0.93).
    slower by: one-sided limits of 95 % each; below 0 is faster (docs/comparison.md).
    "
  `);
});

const verdict = (changes: Partial<PairsView>) => pairsPage({ ...view, ...changes }).heading.slice(0, -3);
const [figure] = view.figures;

it('says first what the pairs decide, the worst first, with ratio, interval and margin', () => {
  expect(verdict({ figures: [] })).toEqual(['No pair gave a figure.']);
  const few = { ...figure!, metric: 'ttftMs', pairs: 5, change: null, outcome: 'not shown' } as const;
  const worse = { ...figure!, metric: 'loadMs', margin: 0.2, outcome: 'worse' } as const;
  expect(verdict({ figures: [figure!, few, worse] })).toEqual([
    'Worse: load time × 0.958 (0.952 to 0.963, margin 20 %).',
    'Not shown: time to first token (5 pairs). A slowdown by the margin or more is not excluded; this is not a pass.',
    'Pass: decode rate × 0.958 (0.952 to 0.963, margin 5 %). A slowdown by the margin is excluded.',
  ]);
  const [many] = verdict({ figures: Array.from({ length: 11 }, (_, i) => ({ ...figure!, id: `case ${i}` })) });
  expect(many).toMatch(/(decode rate of pp512 tg5 × 0.958 [^×]*){8}, and 3 more\./);
});

it('names what the sides differ in, and shares the rest', () => {
  const partnerKey = { ...figure!.key, layout: 'published', threads: 1 } as const;
  const differences = [
    { name: 'edgeproof', baseline: '0.1.0', candidate: '0.2.0' },
    { name: 'layout', baseline: 'published', candidate: 'tuned' },
    { name: 'threads', baseline: '1', candidate: '2' },
  ];
  expect(pairsPage({ ...view, differences, figures: [{ ...figure!, partnerKey }] }).heading.slice(1)).toEqual([
    'baseline   edgeproof 0.1.0 · published · 1 thread · results/box/pairs/quick-baseline.json',
    'candidate  edgeproof 0.2.0 · tuned · 2 threads · results/box/pairs/quick-candidate.json',
    'cases      qwen2.5-0.5b · q4 · onnxruntime · cpu · pairs of rounds of one sitting',
  ]);
});

it('says what pairing saved, of the figure that takes the most rounds', () => {
  const pairing = {
    correlation: 0.6,
    halfWidth: { paired: 0.02, unpaired: 0.041 },
    roundsFor5Percent: { paired: 8, unpaired: 19 },
  };
  const load = {
    ...figure!,
    metric: 'loadMs',
    margin: 0.2,
    pairing: { ...pairing, roundsFor5Percent: { paired: 90, unpaired: 99 } },
  } as const;
  expect(
    pairsPage({ ...view, figures: [figure!, { ...figure!, metric: 'prefillRate', pairing }, load] }).notes[0],
  ).toBe(
    'Pairing saved 11 of 19 rounds a side: for prefill rate, a change of 5 % takes 8 pairs, or 19 unpaired rounds a side. ' +
      'Its interval is ± 2 %; unpaired, these rounds would give ± 4.1 % (correlation ρ = 0.60).',
  );
  const none = { ...pairing, correlation: -0.1, roundsFor5Percent: { paired: null, unpaired: 9000 } };
  expect(pairsPage({ ...view, figures: [{ ...figure!, pairing: none }] }).notes[0]).toMatch(
    /^Pairing saved no rounds: for decode rate, .* more than 10,000 pairs, or 9,000 unpaired .* ρ = −0\.10/,
  );
});

it('counts what was dropped, names the first failure, and other tokens', () => {
  const { id, key } = figure!;
  const lost = { id, key, baselineFailed: 0, candidateFailed: 2, grade: 1, firstFailure: 'killed' };
  const other = { id, key, inRounds: false, parity: null, work: null, otherFiles: false, isSame: false };
  const few = { ...figure!, pairs: 5, change: null, slowdown: null, pairing: null, outcome: 'not shown' as const };
  const { notes } = pairsPage({ ...view, figures: [few], dropped: [lost], tokens: [other] });
  expect(notes.slice(1)).toEqual([
    'Limits take 6 pairs or more.',
    'pairs dropped: pp512 tg5: 2 rounds of the candidate failed, 1 pair had a round of a worse grade\n  the first failure: killed',
    'generated tokens differ: pp512 tg5 is not the same computation on both sides',
  ]);
});

it('says what is known of tokens: a near-tie, another computation, work not done, other files', () => {
  const { id, key } = figure!;
  const parity = {
    tokens: 32,
    firstDivergence: 4,
    gap: 0.01,
    gapIsLarger: false,
    tolerance: 0.1,
    spread: null,
    verdict: 'near-tie',
  } as const;
  const known = { id, key, inRounds: false, parity, work: null, otherFiles: false, isSame: true };
  const notes = (changes: Partial<PairsView['tokens'][number]>) =>
    pairsPage({ ...view, tokens: [{ ...known, ...changes }] }).notes.slice(2);
  expect(notes({})).toEqual([
    'generated tokens of pp512 tg5: other than by the baseline from token 5 of 32 on, a near-tie (0.010 standard deviations of the logits apart; rounding explains 0.100)',
  ]);
  expect(notes({ isSame: false, parity: { ...parity, verdict: 'different' } })[0]).toMatch(
    /^generated tokens differ: pp512 tg5 is not the same computation on both sides: other than .* a different computation/,
  );
  const work = { otherPasses: 1, otherText: 1.2, multiplied: null, proven: false };
  expect(
    notes({ work, parity: { ...parity, verdict: 'same', firstDivergence: null }, inRounds: true, isSame: false }),
  ).toEqual([expect.stringMatching(/^pp512 tg5: not proven to read its whole prompt/)]);
  expect(notes({ parity: null, otherFiles: true })).toEqual([
    'generated tokens of pp512 tg5 are not compared: the sides read other files',
  ]);
});
