// Gaps between tokens: percentiles and what supports them, jitter, the longest stall.
import { describe, expect, it } from 'vitest';
import { interTokenLatency, jitterMs, longestStall } from '../../src/stats/token-gaps.js';
import { generateCase, microCase, steadyRound } from '../fixtures/document.js';

describe('inter-token latency', () => {
  it('pools the gaps of all timed iterations and rounds, never the way to the first token', () => {
    // Gaps 1 … 6 in two rounds, hidden behind first tokens of a second.
    const result = generateCase([
      { warmup: [[0, 500, 1000]], tokenMs: [[1000, 1001, 1007]] },
      {
        tokenMs: [
          [1000, 1005, 1007],
          [1000, 1003, 1007],
        ],
      },
    ]);
    expect(interTokenLatency(result)).toEqual({ n: 6, p50: 3.5, p90: null, p95: null, p99: null });
  });

  it.each([
    [5, []],
    [6, ['p50']],
    [35, ['p50']],
    [36, ['p50', 'p90']],
    [71, ['p50', 'p90']],
    [72, ['p50', 'p90', 'p95']],
    [367, ['p50', 'p90', 'p95']],
    [368, ['p50', 'p90', 'p95', 'p99']],
  ])('%i gaps support %j', (gaps, supported) => {
    const latency = interTokenLatency(generateCase([steadyRound(100, 8, gaps + 1)]));
    const given = Object.entries(latency).filter(([name, value]) => name !== 'n' && value !== null);
    expect(latency.n).toBe(gaps);
    expect(given).toEqual(supported.map((name) => [name, 8]));
  });

  it('gives the percentiles of type 7', () => {
    // Gaps 1 … 101 ms in scrambled order: the p-quantile of 101 evenly spaced values is 1 + 100 p.
    const gaps = Array.from({ length: 101 }, (_, i) => 1 + ((i * 37) % 101));
    const tokenMs = [500];
    for (const gap of gaps) tokenMs.push(tokenMs.at(-1)! + gap);
    const latency = interTokenLatency(generateCase([{ tokenMs: [tokenMs] }]));
    expect([latency.p50, latency.p90, latency.p95, latency.p99]).toEqual([51, 91, 96, null]);
  });
});

/** A pass that starts at 100 ms and has these gaps. */
function pass(gaps: number[]): number[] {
  const tokenMs = [100];
  for (const gap of gaps) tokenMs.push(tokenMs.at(-1)! + gap);
  return tokenMs;
}

describe('gaps that come together', () => {
  it('support fewer percentiles than as many that are scattered', () => {
    const slow = (i: number, together: boolean) => (together ? i >= 350 : i % 8 === 7);
    const gaps = (together: boolean) =>
      Array.from({ length: 400 }, (_, i) => (slow(i, together) ? 30 + (i % 5) : 10 + (i % 7) / 9));
    const [scattered, burst] = [false, true].map((together) =>
      interTokenLatency(generateCase([{ tokenMs: [pass(gaps(together))] }])),
    );
    // The first 350 of the 400 sorted gaps are fast, the next ten 30 and ten more 31: type 7 is 0.1 of the way between.
    expect(scattered!.p90).toBeCloseTo(30.1, 9);
    expect([burst!.n, burst!.p90]).toEqual([400, null]);
  });
});

describe('jitter', () => {
  it('is the median distance from the median gap, median over passes', () => {
    // Distances from 10: 0 0 1 2 5; from 20: 0 0 3 4 9.
    const result = generateCase([{ tokenMs: [pass([10, 11, 8, 10, 15]), pass([20, 23, 16, 20, 29])] }]);
    expect(jitterMs(result)).toBe(2);
  });

  it('is unknown where there are no gaps to speak of', () => {
    expect(jitterMs(generateCase([{ tokenMs: [pass([1, 2])] }]))).toBeNull();
    expect(jitterMs(microCase([{ sampleMs: [1, 2, 3] }], 'tokenize'))).toBeNull();
  });
});

describe('the longest stall', () => {
  it('is told with its place and in median gaps', () => {
    const result = generateCase([
      { warmup: [pass([500, 1])], tokenMs: [pass([10, 10, 12])] },
      { tokenMs: [pass([10, 11, 10]), pass([10, 84, 10])] },
    ]);
    expect(longestStall(result)).toEqual({ ms: 84, ratio: 8.4, round: 1, iteration: 1, token: 3 });
  });

  it('is unknown where no token follows another', () => {
    expect(longestStall(generateCase([{ tokenMs: [[5]] }]))).toBeNull();
  });
});
