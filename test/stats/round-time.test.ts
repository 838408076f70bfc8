// The expected time of a round, against rounds put together by hand.
import { describe, expect, it } from 'vitest';
import { expectedRoundTime } from '../../src/stats/round-time.js';
import { documentOf, generateCase, microCase, steadyRound } from '../fixtures/document.js';

const SIZE = { weightBytes: 1234, weightBytesActive: 1234, parametersActive: 494_032_768 };
const PLAN = { iterations: 2, warmup: 1 };
const round = { ...steadyRound(500, 20, 26), libraryMs: 50, loadMs: 400 };
const planned = generateCase([round]);

describe('the expected time of a round', () => {
  it('is that of the same case in an earlier result', () => {
    // 400 for the process, 450 to load, three passes of 500 + 25 × 20.
    const earlier = [documentOf([generateCase(['failed'])]), documentOf([planned])];
    expect(expectedRoundTime(planned, SIZE, PLAN, earlier)).toEqual({ ms: 850 + 3000, basis: 'measured' });
    const automatic = { iterations: 2, warmup: 'auto' as const };
    expect(expectedRoundTime(planned, SIZE, automatic, earlier).ms).toBe(850 + 5.5 * 1000);
  });

  it('follows from the rates of another case: tokens and bytes', () => {
    const workload = { kind: 'generate', prompt: 1024, new: 51, depth: 0 } as const;
    const wanted = generateCase([], { key: { workload } });
    // Twice the prompt and twice the gaps, twice the bytes: load 800, prefill 1000, decode 50 × 40.
    const size = { ...SIZE, weightBytes: 2468, weightBytesActive: 2468 };
    const { ms, basis } = expectedRoundTime(wanted, size, PLAN, [documentOf([planned])]);
    expect([Math.round(ms), basis]).toEqual([400 + 800 + 3 * 3000, 'scaled']);
  });

  it('is assumed where this machine has no such result', () => {
    const gpu = generateCase([round], { key: { ep: 'webgpu' } });
    const { ms, basis } = expectedRoundTime(planned, SIZE, PLAN, [documentOf([gpu])]);
    expect(basis).toBe('assumed');
    expect(ms).toBeGreaterThan(400);
  });

  it('of a micro workload is its sampling time', () => {
    const micro = microCase([{ sampleMs: [1, 1], libraryMs: 0, loadMs: 100 }], 'tokenize');
    expect(expectedRoundTime(micro, SIZE, PLAN, [documentOf([micro])])).toEqual({ ms: 2500, basis: 'measured' });
  });

  it('of a sustained workload is the time that it is asked to last', () => {
    const sustained = structuredClone(planned);
    sustained.key.workload = { kind: 'sustained', prompt: 64, new: 128, depth: 0, seconds: 180 };
    const { ms } = expectedRoundTime(sustained, SIZE, PLAN, []);
    expect(ms).toBeGreaterThan(180_000);
    expect(ms).toBeLessThan(200_000);
  });
});
