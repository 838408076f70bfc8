// Drift: known slopes are found, through noise, outliers and tokens that get slower by themselves.
import { describe, expect, it } from 'vitest';
import type { OkRound } from '../../src/contract/result.js';
import { driftOf } from '../../src/stats/drift.js';
import { uniform } from '../../src/stats/random.js';
import { generateCase, microCase } from '../fixtures/document.js';

/** Gap of token `place` in iteration `pass`: later tokens are slower, and the machine drifts. */
function roundOf(passes: number, gap: (pass: number, place: number) => number, warmup: number[][] = []): OkRound {
  const tokenMs = Array.from({ length: passes }, (_, pass) => {
    let ms = 100;
    return [ms, ...Array.from({ length: 20 }, (_, place) => (ms += gap(pass, place)))];
  });
  return generateCase([{ tokenMs, warmup }]).rounds[0] as OkRound;
}
const microRound = (sampleMs: number[]) => microCase([{ sampleMs }], 'session-run').rounds[0] as OkRound;

describe('driftOf', () => {
  it('is nothing for a steady machine, although later tokens take longer', () => {
    expect(driftOf(roundOf(4, (_, place) => 20 + place))).toBeCloseTo(0, 12);
  });

  it('is the change from the first iteration to the last, relative to the median', () => {
    // 20 ms, then 21, 22, 23, 24: 4 ms over a median of 22.
    expect(driftOf(roundOf(5, (pass) => 20 + pass))).toBeCloseTo(4 / 22, 9);
    expect(driftOf(roundOf(5, (pass) => 24 - pass))).toBeCloseTo(-4 / 22, 9);
  });

  it('is not moved by slow steps, nor by one slow iteration of five', () => {
    const next = uniform(5);
    const noisy = roundOf(5, () => (next() < 0.1 ? 200 : 20 + next() * 0.2));
    expect(Math.abs(driftOf(noisy)!)).toBeLessThan(0.01);
    expect(driftOf(roundOf(5, (pass) => (pass === 1 ? 40 : 20)))).toBeCloseTo(0, 12);
  });

  it('leaves out warm-up', () => {
    expect(driftOf(roundOf(3, () => 20, [[500, 900, 1300]]))).toBeCloseTo(0, 12);
  });

  it('takes the time to the first token where there is no other', () => {
    const round = generateCase([{ tokenMs: [[100], [110], [120]] }]).rounds[0] as OkRound;
    expect(driftOf(round)).toBeCloseTo(20 / 110, 12);
  });

  it('is unknown for a single iteration or sample', () => {
    expect(driftOf(roundOf(1, () => 20))).toBeNull();
    expect(driftOf(microRound([5]))).toBeNull();
  });

  it.each([3, 16, 50, 5000])('is found in %i samples of a micro workload', (count) => {
    const rising = Array.from({ length: count }, (_, i) => 10 + i / (count - 1));
    // Block medians lie half a block inside the ends.
    expect(driftOf(microRound(rising))).toBeCloseTo(1 / 10.5, 1);
    expect(driftOf(microRound(rising.map(() => 10)))).toBeCloseTo(0, 12);
  });
});
