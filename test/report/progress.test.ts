// The clock of a round and how a line fits into a terminal, golden lines read by eye.
import { describe, expect, it } from 'vitest';
import { duration } from '../../src/report/format.js';
import { fitParts, liveRound, wholeSeconds } from '../../src/report/progress.js';

const rule = {
  minimum: 3,
  maximum: 3,
  halfWidthPercent: 2,
  metric: 'decodeRate',
  minimumSeconds: 0,
  budgetSeconds: null,
} as const;
const round = { label: 'pp512 tg128', round: 0, done: 1, total: 6, rule, leftMs: 40_000 };

describe('the line of a round', () => {
  it('tells case, round, time gone, time left and phase, the least important last', () => {
    const at = (elapsedMs: number, phase: Parameters<typeof liveRound>[1]) =>
      liveRound(round, phase, elapsedMs).join(' · ');
    expect(at(0, null)).toBe('[2/6] pp512 tg128 · round 1 of 3 · 0 s · about 40 s left');
    expect(at(1_900, { phase: 'load', passes: 0 })).toBe(
      '[2/6] pp512 tg128 · round 1 of 3 · 1 s · about 39 s left · loading',
    );
    expect(at(12_300, { phase: 'decode', passes: 2 })).toBe(
      '[2/6] pp512 tg128 · round 1 of 3 · 12 s · about 28 s left · decode of pass 3',
    );
    expect(at(75_000, { phase: 'firstRun', passes: 0 })).toBe(
      '[2/6] pp512 tg128 · round 1 of 3 · 1 min 15 s · longer than planned · first run',
    );
    const wider = { ...round, round: 5, rule: { ...rule, minimum: 5, maximum: 12 } };
    expect(liveRound(wider, null, 0)[1]).toBe('round 6 of up to 12');
    expect(liveRound({ ...wider, round: 4 }, null, 0)[1]).toBe('round 5 of 5 to 12');
    const extra = liveRound({ ...round, round: 3 }, { phase: 'load', passes: 0 }, 2_000);
    expect(extra.join(' · ')).toBe('[2/6] pp512 tg128 · round 4, once more · 2 s · loading');
  });
});

describe('a line in a narrow terminal', () => {
  const parts = ['[2/6] pp512 tg128', 'round 1 of 3', '12 s'];
  it.each([
    [80, '[2/6] pp512 tg128 · round 1 of 3 · 12 s'],
    [39, '[2/6] pp512 tg128 · round 1 of 3 · 12 s'],
    [38, '[2/6] pp512 tg128 · round 1 of 3'],
    [31, '[2/6] pp512 tg128'],
    [10, '[2/6] pp5…'],
  ])('of %i columns leaves out parts from the end, then cuts the first: %s', (columns, line) => {
    expect(fitParts(parts, columns)).toBe(line);
  });

  it('counts characters that are two columns wide as two', () => {
    expect(fitParts(['模型模型'], 8)).toBe('模型模型');
    expect(fitParts(['模型模型'], 7)).toBe('模型模…');
  });
});

describe('times', () => {
  it.each([
    [0, '0 s'],
    [9_999, '9 s'],
    [59_499, '59 s'],
    [59_500, '1 min 0 s'],
    [119_600, '2 min 0 s'],
    [3_725_000, '62 min 5 s'],
  ])('%i ms tick as %s', (ms, text) => {
    expect(wholeSeconds(ms)).toBe(text);
  });

  it('never read 60 seconds', () => {
    expect([59_499, 59_500, 119_499, 119_500].map(duration)).toEqual(['59 s', '1 min 0 s', '1 min 59 s', '2 min 0 s']);
  });
});
