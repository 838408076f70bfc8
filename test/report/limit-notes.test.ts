// What limits did, in words.
import { expect, it } from 'vitest';
import type { HeldLimits } from '../../src/contract/limits.js';
import type { CaseResult, Round } from '../../src/contract/result.js';
import { limitNotes } from '../../src/report/limit-notes.js';
import { resultPage } from '../../src/report/result-page.js';
import { showView } from '../../src/stats/show.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const HELD: HeldLimits = {
  method: 'cgroup v2',
  memoryBytes: 999_997_440,
  swapBytes: 0,
  cpuQuota: null,
  cpus: null,
  uncountedFileBytes: 0,
  effects: {
    peakBytes: 540_000_000,
    swapPeakBytes: 0,
    limitHits: 0,
    oomKills: 0,
    periods: null,
    throttledPeriods: null,
  },
};

function limited(
  rounds: ('ok' | 'out-of-memory')[],
  changes: Partial<HeldLimits['effects']> = {},
  uncountedFileBytes = 0,
): CaseResult {
  const key = { limits: { memoryBytes: 1e9, swapBytes: 0 } };
  const result = generateCase(
    rounds.map((status) => (status === 'ok' ? steadyRound(100, 20) : 'failed')),
    { key },
  );
  for (const [i, round] of result.rounds.entries()) {
    const limits = { ...HELD, uncountedFileBytes, effects: { ...HELD.effects, ...changes } };
    const failure = { code: 'out-of-memory', message: 'killed', hint: null };
    result.rounds[i] = (round.status === 'ok' ? { ...round, limits } : { ...round, failure, limits }) as Round;
  }
  return result;
}

it.each([
  [limited(['ok']), 'memory-limit 1GB (pp512 tg5): loads and runs, takes up to 540 MB; held by cgroup v2.'],
  [
    limited(['ok'], { swapPeakBytes: 2.5e8, limitHits: 1234 }),
    'memory-limit 1GB (pp512 tg5): loads and runs, takes up to 540 MB, swaps up to 250 MB, reaches its limit up to 1,234 times a round; held by cgroup v2.',
  ],
  [
    limited(['ok', 'out-of-memory'], { oomKills: 1 }),
    'memory-limit 1GB (pp512 tg5): runs out of memory in 1 of 2 rounds, takes up to 540 MB; held by cgroup v2.',
  ],
  [
    limited(['ok'], { periods: 40, throttledPeriods: 30 }, 78e6),
    'memory-limit 1GB (pp512 tg5): loads and runs, takes up to 540 MB; the quota holds it back in up to 75 % of its periods; 78 MB of its files stayed in the page cache and did not count; held by cgroup v2.',
  ],
])('case %#', (result, note) => {
  expect(limitNotes(showView(documentOf([result]), null).cases)).toEqual([note]);
});

it('says nothing where nothing is limited', () => {
  expect(limitNotes(showView(documentOf([generateCase([steadyRound(1, 1)])]), null).cases)).toEqual([]);
});

it('shows limits in the heading, the sentence, the JSON and the records', () => {
  const page = resultPage(showView(documentOf([limited(['ok', 'ok'])]), null));
  expect(page.heading[0]).toContain('2 threads · memory-limit 1GB · synthetic weights');
  expect(page.notes[0]).toContain('(tuned q4, onnxruntime, memory-limit 1GB) answers');
  expect(page.notes).toContainEqual(expect.stringContaining('loads and runs'));
  expect(page.records[0]).toMatchObject({ 'memory-limit': '1GB' });
  expect(page.json).toMatchObject({ cases: [{ limits: [HELD, HELD] }] });
});
