// The events of a run as bytes on stderr: a line with a clock on a terminal, plain lines without escape codes elsewhere.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportEvents } from '../../src/commands/terminal.js';
import type { RunEvent } from '../../src/run/events.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const result = generateCase([steadyRound(100, 10)]);
const rule = {
  minimum: 2,
  maximum: 2,
  halfWidthPercent: 2,
  metric: 'decodeRate',
  minimumSeconds: 0,
  budgetSeconds: null,
} as const;
const planned: RunEvent = { type: 'planned', cases: 1, rule, ms: 4000, basis: 'measured' };
const started: RunEvent = { type: 'round-started', result, round: 0, done: 0, total: 2, rule, leftMs: 4000 };
const ended: RunEvent = { type: 'rounds-ended', ms: 3000, plannedMs: 4000 };

let written: string[];
beforeEach(() => {
  written = [];
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Object.assign(process.stderr, before);
});
const before = { isTTY: process.stderr.isTTY, columns: process.stderr.columns };

/** What a run of two seconds writes, with a phase that changes many times a second. */
function play(): string[] {
  const { onEvent, end } = reportEvents();
  onEvent({ type: 'begun', document: documentOf([result]), path: null });
  onEvent(planned);
  onEvent(started);
  for (let i = 0; i < 20; i++) {
    onEvent({ type: 'round-phase', phase: i % 2 === 0 ? 'prefill' : 'decode', passes: i >> 1 });
    vi.advanceTimersByTime(100);
  }
  onEvent({ type: 'round-ended', result, round: result.rounds[0]! });
  onEvent(ended);
  vi.advanceTimersByTime(5000);
  end();
  return written;
}

const PLAN = 'plan: 1 case × 2 rounds: about 4.0 s (as measured here before)\n';
const TOOK = 'took 3.0 s, planned 4.0 s\n';

describe('the progress of a run', () => {
  it('is drawn once a second on a terminal, whatever happens in between, and leaves no line behind', () => {
    Object.assign(process.stderr, { isTTY: true, columns: 80 });
    expect(play()).toEqual([
      PLAN,
      '\r\x1b[2K[1/2] pp512 tg5 · round 1 of 2 · 0 s · about 4 s left',
      '\r\x1b[2K[1/2] pp512 tg5 · round 1 of 2 · 1 s · about 3 s left · decode of pass 5',
      '\r\x1b[2K[1/2] pp512 tg5 · round 1 of 2 · 2 s · about 2 s left · decode of pass 10',
      '\r\x1b[2K',
      TOOK,
    ]);
  });

  it('fits into a narrow terminal', () => {
    Object.assign(process.stderr, { isTTY: true, columns: 34 });
    expect(play()[2]).toBe('\r\x1b[2K[1/2] pp512 tg5 · round 1 of 2');
  });

  it.each([
    ['no terminal', false, 'xterm'],
    ['a terminal that knows no escape codes', true, 'dumb'],
  ])('is one plain line for each round on %s', (_, isTTY, term) => {
    Object.assign(process.stderr, { isTTY, columns: 80 });
    vi.stubEnv('TERM', term);
    expect(play()).toEqual([PLAN, '[1/2] pp512 tg5 · round 1 of 2 · about 4.0 s left\n', TOOK]);
  });
});
