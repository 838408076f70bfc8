// The events of a run as the lines that a user reads: which stay, which take each other's place, and in which words.
import { describe, expect, it } from 'vitest';
import { describeEvents } from '../../src/report/run-events.js';
import type { RunEvent } from '../../src/run/events.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const result = generateCase([steadyRound(100, 10)]);
const rule = {
  minimum: 5,
  maximum: 12,
  halfWidthPercent: 3,
  metric: 'decodeRate',
  minimumSeconds: 0,
  budgetSeconds: null,
} as const;
const lines = (...events: RunEvent[]) => {
  const lineOf = describeEvents();
  return events.map((event) => {
    const line = lineOf(event);
    return line === null ? null : `${line.kind}: ${line.text}`;
  });
};

describe('the lines of a run', () => {
  it('tell the plan, the round at hand and how long it took', () => {
    expect(
      lines(
        { type: 'threads-chosen', threads: 2, why: '2 physical cores' },
        { type: 'begun', document: documentOf([result]), path: null },
        { type: 'measuring-ceilings', ep: 'cpu', threads: 1 },
        { type: 'planned', cases: 1, rule, ms: 42_000, basis: 'measured' },
        { type: 'round-started', result, round: 0, done: 0, total: 5, rule, leftMs: 42_000 },
        { type: 'pair-round-started', result, side: 'candidate', pair: 1, done: 2, total: 16 },
        { type: 'round-ended', result, round: result.rounds[0]! },
        { type: 'replanned', ms: 40_000 },
        { type: 'repeating' },
        { type: 'round-started', result, round: 12, done: 12, total: 13, rule, leftMs: 0 },
        { type: 'rounds-ended', ms: 41_000, plannedMs: 40_000 },
        { type: 'comparing-tokens', done: 0, total: 2 },
        { type: 'answer-failed', result, message: 'it crashed' },
      ),
    ).toEqual([
      'note: threads=auto is 2: 2 physical cores',
      null,
      'step: ceilings of this machine: cpu, 1 thread · a few seconds',
      'note: plan: 1 case × 5 to 12 rounds for ± 3 %: about 42 s (as measured here before)',
      'step: [1/5] pp512 tg5 · round 1 of 5 to 12 · about 42 s left',
      'step: [3/16] pair 2, candidate · pp512 tg5',
      null,
      'note: plan: about 40 s in all, by the first round of each case',
      'note: some rounds were measured in condition C: their cases get more, five at most; all are kept',
      'step: [13/13] pp512 tg5 · round 13, once more',
      'note: took 41 s, planned 40 s',
      'step: [1/2] comparing tokens',
      `note: ${result.id}: its tokens are not compared: it crashed`,
    ]);
  });

  it('begin each round without the phase of the one before', () => {
    const lineOf = describeEvents();
    const live = (round: number) => {
      const line = lineOf({ type: 'round-started', result, round, done: round, total: 5, rule, leftMs: 9_000 });
      return () => line!.live!(0).at(-1);
    };
    const first = live(0);
    expect(first()).toBe('about 9 s left');
    lineOf({ type: 'round-phase', phase: 'decode', passes: 0 });
    expect(first()).toBe('decode of pass 1');
    expect(live(1)()).toBe('about 9 s left');
  });

  it('say what is prepared, held and found wanting', () => {
    const [name, elapsedMs] = ['tiny tuned q4', 1000];
    expect(
      lines(
        { type: 'limits-held', limits: { memoryBytes: 1e9, swapBytes: 0 }, method: 'cgroup v2' },
        { type: 'limits-held', limits: { memoryBytes: 1e9, swapBytes: 0 }, method: 'prlimit' },
        { type: 'verifying', name, doneBytes: 50e6, totalBytes: 100e6, elapsedMs },
        { type: 'written', name, bytes: 100e6, elapsedMs, fault: 'model.onnx is missing' },
        { type: 'not-pinned', name, revision: 'abcdef0123456789' },
        { type: 'not-expected-to-fit', name, arithmetic: '2 GB; the limit is 1 GB' },
      ),
    ).toEqual([
      'note: memory-limit 1GB: held by cgroup v2',
      expect.stringMatching(/^note: memory-limit 1GB: held by prlimit; without a control group, /),
      'bytes: verifying tiny tuned q4  ████████████────────────  50 %  50 MB of 100 MB  50 MB/s  1.0 s left',
      expect.stringMatching(
        /^note: tiny tuned q4: model\.onnx is missing; it was written anew\nwrote synthetic .* 100 %/,
      ),
      'note: tiny tuned q4 is not pinned (commit abcdef01): models.json does not vouch for these bytes',
      'note: tiny tuned q4 is not expected to fit: 2 GB; the limit is 1 GB; measuring what happens',
    ]);
  });
});

it('a result that has all its rounds is told so in place of a plan', () => {
  expect(lines({ type: 'planned', cases: 0, rule, ms: 0, basis: 'measured' })).toEqual([
    'note: plan: no rounds, since every case has all that were asked for',
  ]);
});
