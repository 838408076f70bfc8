// Figures of paired rounds: direction, margins, grades, and the figures that are asked for.
import { expect, it } from 'vitest';
import type { CaseResult } from '../../src/contract/result.js';
import { pairsView } from '../../src/stats/pairs-view.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { documentOf, type FakeRound, generateCase, steadyRound } from '../fixtures/document.js';

const BASELINE = [40.2, 39.1, 40.6, 38.8, 39.9, 39.4, 40.1, 38.9];
const CANDIDATE = [38.7, 37.5, 38.6, 37.2, 38.0, 37.9, 38.2, 37.6];
/** Rounds that decode at these rates. */
const decoding = (rates: number[], more: FakeRound = {}) =>
  generateCase(rates.map((rate) => ({ ...steadyRound(100, 1000 / rate), ...more })));

function viewOf(before: CaseResult, after: CaseResult, options: Partial<Parameters<typeof pairsView>[2]> = {}) {
  const side = (result: CaseResult) => ({ document: documentOf([result]), path: 'x.json' });
  return pairsView(side(before), side(after), { grade: 'B', ...options });
}
const figure = (view: ReturnType<typeof viewOf>, metric: string) => view.figures.find((one) => one.metric === metric)!;

it('gives the worked example: decode slower by 3.7 to 4.7 %, which passes at 5 % and is not shown at 4 %', () => {
  const { change, slowdown, ...rest } = figure(viewOf(decoding(BASELINE), decoding(CANDIDATE)), 'decodeRate');
  expect(rest).toMatchObject({ outcome: 'pass', margin: 0.05, pairs: 8 });
  expect([change!.estimate, change!.lower, change!.upper].map((x) => (1 + x).toFixed(3))).toEqual([
    '0.958',
    '0.952',
    '0.963',
  ]);
  expect([slowdown!.lower, slowdown!.upper].map((x) => (100 * x).toFixed(1))).toEqual(['3.7', '4.7']);
  const strict = viewOf(decoding(BASELINE), decoding(CANDIDATE), { minimumEffect: 0.04 });
  expect(figure(strict, 'decodeRate').outcome).toBe('worse');
  const between = viewOf(decoding(BASELINE), decoding(CANDIDATE), { minimumEffect: 0.045 });
  expect(figure(between, 'decodeRate').outcome).toBe('not shown');
});

it('takes a longer time for a slowdown, and a shorter one not', () => {
  const timed = (factor: number) =>
    generateCase(BASELINE.map((x) => ({ ...steadyRound(x * factor, 20), loadMs: x * factor })));
  expect(figure(viewOf(timed(1), timed(1.4)), 'loadMs')).toMatchObject({ outcome: 'worse' });
  expect(figure(viewOf(timed(1.4), timed(1)), 'loadMs')).toMatchObject({ outcome: 'pass' });
  // The time to the first token is the prefill rate in another unit, and is not judged a second time.
  expect(viewOf(timed(1), timed(1.4)).figures.map(({ metric }) => metric)).not.toContain('ttftMs');
  // Load times matter from 20 % on.
  expect(figure(viewOf(timed(1), timed(1)), 'loadMs').margin).toBe(0.2);
});

it('drops a pair of which a round drifts inside its pass, seen against the rounds of its side', () => {
  // 64 tokens at 20 ms, or slower from one to the next until they take half as long again.
  const pass = (growth: number) => {
    let ms = 100;
    return [100, ...Array.from({ length: 63 }, (_, i) => (ms += 20 * (1 + (growth * i) / 62)))];
  };
  const side = (growths: number[]) =>
    generateCase(growths.map((growth) => ({ tokenMs: [pass(growth)], condition: conditionOf() })));
  const steady = Array<number>(8).fill(0);
  const view = viewOf(side(steady), side(steady.with(2, 0.5)));
  expect(view.dropped).toMatchObject([{ grade: 1 }]);
  expect(figure(view, 'decodeRate').pairs).toBe(7);
});

it('uses pairs of which both rounds have the grade', () => {
  const before = decoding(BASELINE);
  const after = decoding(CANDIDATE);
  // Other programs took a whole core.
  after.rounds[2] = { ...after.rounds[2]!, condition: disturbed(1) } as (typeof after.rounds)[number];
  const view = viewOf(before, after);
  expect(figure(view, 'decodeRate').pairs).toBe(7);
  expect(view.dropped).toMatchObject([{ grade: 1, baselineFailed: 0, candidateFailed: 0, firstFailure: null }]);
  expect(figure(viewOf(before, after, { grade: 'C' }), 'decodeRate').pairs).toBe(8);
});

it('calls nothing worse that does not stand out among all figures', () => {
  const slower = [0.94, 0.941, 0.939, 0.942, 0.938, 1.01];
  const before = decoding(slower.map(() => 40));
  const view = viewOf(before, decoding(slower.map((ratio) => 40 * ratio)), {
    isWanted: (_, name) => name === 'decodeRate',
  });
  const { slowdown, adjustedP, outcome } = figure(view, 'decodeRate');
  expect(slowdown!.lower).toBeGreaterThan(0);
  expect(slowdown!.estimate).toBeGreaterThan(0.05);
  // 2 of the 32 flips reach it: this one, and that of the last pair.
  expect([adjustedP, outcome]).toEqual([2 / 32, 'not shown']);
});

it('says nothing below 6 pairs', () => {
  const few = viewOf(decoding(BASELINE.slice(0, 5)), decoding(CANDIDATE.slice(0, 5)));
  expect(figure(few, 'decodeRate')).toMatchObject({ outcome: 'not shown', pairs: 5, change: null, slowdown: null });
});

it('judges what is asked for, and keeps it in sight where no pair has it', () => {
  const isWanted = (_: string, metric: string) => metric === 'decodeRate' || metric === 'microMs';
  const view = viewOf(decoding(BASELINE), decoding(CANDIDATE), { isWanted });
  expect(view.figures.map(({ metric, pairs, outcome }) => [metric, pairs, outcome])).toEqual([
    ['decodeRate', 8, 'pass'],
    ['microMs', 0, 'not shown'],
  ]);
});

it('names cases whose sides generated other tokens', () => {
  const other = decoding(CANDIDATE, { tokensHash: (seed) => `other-${seed}` });
  expect(viewOf(decoding(BASELINE), other).otherTokens).toEqual([other.id]);
  expect(viewOf(decoding(BASELINE), decoding(CANDIDATE)).otherTokens).toEqual([]);
  const files = { ...other, identity: { ...other.identity!, weights: 'other' } };
  expect(viewOf(decoding(BASELINE), files).otherTokens).toEqual([]);
});
