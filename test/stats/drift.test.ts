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

  it('is found in the 2,000 passes of an hour, whose pairs do not fit into memory', () => {
    const next = uniform(9);
    const passes = 2000;
    const drifting = Array.from({ length: passes }, (_, pass) => {
      let ms = 100;
      return [ms, ...Array.from({ length: 127 }, () => (ms += 20 + next() + (2 * pass) / (passes - 1)))];
    });
    // 20.5 ms at first, 22.5 ms at last.
    const round = generateCase([{ tokenMs: drifting }]).rounds[0] as OkRound;
    expect(driftOf(round)).toBeCloseTo(2 / 21.5, 3);
  });

  it('weighs blocks by where their middle lies, since the last may be shorter', () => {
    // Passes so long that there are two blocks: the first two passes, and the third.
    const long = [20, 21, 22].map((gap) => Array.from({ length: 50_001 }, (_, token) => 100 + gap * token));
    expect(driftOf(generateCase([{ tokenMs: long }]).rounds[0] as OkRound)).toBeCloseTo(2 / 21, 9);
  });

  it.each([3, 16, 50, 5000])('is found in %i samples of a micro workload', (count) => {
    const rising = Array.from({ length: count }, (_, i) => 10 + i / (count - 1));
    // Block medians lie half a block inside the ends.
    expect(driftOf(microRound(rising))).toBeCloseTo(1 / 10.5, 1);
    expect(driftOf(microRound(rising.map(() => 10)))).toBeCloseTo(0, 12);
  });
});
