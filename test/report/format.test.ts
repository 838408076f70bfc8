// Numbers as people read them: digits, units, signs, intervals.
import { expect, it } from 'vitest';
import { roundsRule } from '../../src/contract/rounds.js';
import { bytes, count, duration, number, plural, signedPercent, spread } from '../../src/report/format.js';
import { byteProgress, planLine, roundProgress, tookLine } from '../../src/report/progress.js';

it.each([
  [1387.4, '1,387'],
  [392.06, '392'],
  [43.249, '43.2'],
  [7.104, '7.10'],
  [0.4424, '0.442'],
  [0, '0.000'],
])('number(%d) keeps three digits: %s', (value, text) => expect(number(value)).toBe(text));

it('counts bytes in decimal units, as hubs list them', () => {
  expect([bytes(500), bytes(786_000_000), bytes(1_993_100_000)]).toEqual(['1 kB', '786 MB', '1.99 GB']);
});

it('writes durations, counts, plurals and changes', () => {
  expect([duration(441), duration(1294), duration(42_000), duration(133_000)]).toEqual([
    '441 ms',
    '1.3 s',
    '42 s',
    '2 min 13 s',
  ]);
  expect([count(494_032_768), plural(1, 'round'), plural(3, 'round')]).toEqual(['494,032,768', '1 round', '3 rounds']);
  expect([signedPercent(0.111), signedPercent(-0.666)]).toEqual(['+11.1 %', '−66.6 %']);
});

it('gives half the interval relative to the median, and nothing for a single round', () => {
  const interval = (low: number, high: number) => ({ low, high, method: 'Student t' as const });
  expect(spread({ median: 40, interval: interval(38, 42) })).toBe('± 5.0 %');
  expect(spread({ median: 40, interval: interval(30, 50) })).toBe('± 25 %');
  expect(spread({ median: 40, interval: interval(-20, 100) })).toBe('± >100 %');
  expect(spread({ median: 40, interval: null })).toBe('');
});

it('shows progress with a rate only when it means something', () => {
  expect(byteProgress('writing x', 50e6, 200e6, 100)).toBe(
    `writing x  ${'█'.repeat(6)}${'─'.repeat(18)}  25 %  50 MB of 200 MB`,
  );
  expect(byteProgress('writing x', 50e6, 200e6, 500)).toMatch(/ {2}100 MB\/s {2}1\.5 s left$/);
  expect(byteProgress('wrote x', 200e6, 200e6, 2000)).toMatch(/ {2}100 % {2}200 MB of 200 MB {2}100 MB\/s$/);
});

it('says what is planned, what is left and what it took', () => {
  const rule = roundsRule(2);
  const step = { total: 4, label: 'pp512 tg128', round: 1, rule, leftMs: 20_000 };
  expect(roundProgress({ ...step, done: 2 })).toBe('[3/4] pp512 tg128 · round 2 of 2 · about 20 s left');
  expect(planLine({ cases: 1, rule, ms: 80_000, basis: 'measured' })).toBe(
    'plan: 1 case × 2 rounds: about 1 min 20 s (as measured here before)',
  );
  const precise = { ...rule, minimum: 5, maximum: 12, halfWidthPercent: 3, budgetSeconds: 90 };
  expect(roundProgress({ ...step, done: 0, rule: precise })).toContain('round 2 of 5 to 12');
  expect(planLine({ cases: 2, rule: precise, ms: 9000, basis: 'assumed' })).toMatch(
    /^plan: 2 cases × 5 to 12 rounds for ± 3 %, none beyond 5 after 1 min 30 s: about 9\.0 s \(a rough guess/,
  );
  expect(tookLine(61_000, 59_000)).toBe('took 1 min 1 s, planned 59 s');
});
