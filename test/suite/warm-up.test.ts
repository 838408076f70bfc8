// When warm-up ends, on passes made by hand and on simulated ones.
import { describe, expect, it } from 'vitest';
import { normal } from '../../src/stats/random.js';
import { isWarmingUp, MOST_WARM_UP_PASSES, trendHasEnded } from '../../src/suite/warm-up.js';

const pass = (prefill: number, decode: number) => ({ tokenMs: [prefill, prefill + decode / 2, prefill + decode] });
const passes = (prefills: number[], decode = 100) => prefills.map((ms) => pass(ms, decode));

describe('the trend', () => {
  it.each([
    [[100, 100], false],
    [[100, 100, 100], true],
    [[140, 100, 99], false],
    [[140, 100, 99, 101], true],
    [[100, 96, 97], true],
    [[100, 94, 97], false],
    [[200, 170, 150, 130, 115], false],
    // Slower is no trend of warming up.
    [[100, 130, 120], true],
  ])('of prefills %j has ended: %j', (prefills, ended) => expect(trendHasEnded(passes(prefills))).toBe(ended));

  it('counts in decode as in prefill', () => {
    expect(trendHasEnded([pass(100, 140), pass(100, 120), pass(100, 100)])).toBe(false);
    expect(trendHasEnded([pass(100, 140), pass(100, 100), pass(100, 101), pass(100, 99)])).toBe(true);
  });

  it('does not exist in passes of a single token beyond their first', () => {
    expect(trendHasEnded([{ tokenMs: [5] }, { tokenMs: [5] }, { tokenMs: [5] }])).toBe(true);
  });
});

describe('warming up', () => {
  it('is as many passes as a suite says, or until the trend ends, with a bound', () => {
    expect([0, 1, 2].map((count) => isWarmingUp(2, passes(Array(count).fill(100))))).toEqual([true, true, false]);
    expect(isWarmingUp(0, [])).toBe(false);
    const faster = Array.from({ length: MOST_WARM_UP_PASSES }, (_, i) => 1000 * 0.9 ** i);
    expect(isWarmingUp('auto', passes(faster.slice(0, -1)))).toBe(true);
    expect(isWarmingUp('auto', passes(faster))).toBe(false);
  });

  it('of a first pass that is 30 % slower is over after four passes as a rule, with 2 % of noise', () => {
    const draw = normal(5);
    const counts = Array.from({ length: 500 }, () => {
      const seen = [pass(draw(130, 2), draw(100, 2))];
      while (isWarmingUp('auto', seen)) seen.push(pass(draw(100, 2), draw(100, 2)));
      return seen.length;
    });
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeLessThan(4.5);
    expect(Math.min(...counts)).toBe(4);
  });
});
