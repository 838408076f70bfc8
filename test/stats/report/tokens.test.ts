// Gaps and courses of a report, against counts and percentiles worked out by hand.
import { expect, it } from 'vitest';
import { gapFigures, tokenCurve } from '../../../src/stats/report/tokens.js';
import { interTokenLatency } from '../../../src/stats/token-gaps.js';
import { generateCase } from '../../fixtures/document.js';

function arrivals(gaps: number[]): number[] {
  let at = 1000;
  return [at, ...gaps.map((gap) => (at += gap))];
}

it('bins hold every gap once, in equal ratios from the shortest to the longest', () => {
  const gaps = [10, 10, 11, 12, 21, 40, 80, 160];
  const { bins, longestStall, interTokenLatencyMs } = gapFigures('c1', generateCase([{ tokenMs: [arrivals(gaps)] }]))!;
  expect(bins.reduce((sum, bin) => sum + bin.gaps, 0)).toBe(8);
  expect(bins[0]!.fromMs).toBeCloseTo(10, 9);
  expect(bins.at(-1)!.toMs).toBeCloseTo(160, 6);
  expect(bins.filter(({ fromMs }) => fromMs < 20).reduce((sum, bin) => sum + bin.gaps, 0)).toBe(4);
  expect([longestStall!.ms, longestStall!.token]).toEqual([160, 9]);
  expect(interTokenLatencyMs.n).toBe(8);
});

it('equal gaps are one bin; a single token has none', () => {
  expect(gapFigures('c1', generateCase([{ tokenMs: [[100, 120, 140]] }]))!.bins).toEqual([
    { fromMs: 20, toMs: 20, gaps: 2 },
  ]);
  expect(gapFigures('c1', generateCase([{ tokenMs: [[100]] }]))).toBeNull();
});

it('a course has the median of each place over passes, and the band of eight in ten', () => {
  const passes = Array.from({ length: 11 }, (_, i) => arrivals([20 + i, 30, 40]));
  const curve = tokenCurve('c1', generateCase([{ tokenMs: passes.slice(0, 5) }, { tokenMs: passes.slice(5) }]))!;
  expect(curve.passes).toBe(11);
  const rounded = curve.points.map((point) => Object.values(point).map((value) => Math.round(value * 1e6) / 1e6));
  expect(rounded).toEqual([
    [2, 25, 21, 29],
    [3, 30, 30, 30],
    [4, 40, 40, 40],
  ]);
});

it('a long generation is drawn in few points, none of its gaps left out', () => {
  const gaps = Array.from({ length: 1000 }, (_, i) => (i === 777 ? 500 : 10));
  const { points } = tokenCurve('c1', generateCase([{ tokenMs: [arrivals(gaps)] }]))!;
  expect(points.length).toBeLessThanOrEqual(160);
  expect(points.at(-1)!.token).toBeGreaterThan(990);
  expect(interTokenLatency(generateCase([{ tokenMs: [arrivals(gaps)] }])).n).toBe(1000);
});
