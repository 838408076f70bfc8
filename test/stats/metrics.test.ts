// Every metric on hand-made rounds, against values worked out on paper.
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/contract/metric-names.js';
import type { OkRound } from '../../src/contract/result.js';
import { loopShare, METRICS, roundValues, summarizeMetric } from '../../src/stats/metrics.js';
import { interTokenLatency } from '../../src/stats/token-gaps.js';
import { documentOf, generateCase, microCase, steadyRound } from '../fixtures/document.js';

/** The worked example of docs/metrics.md: 512 prompt tokens, 5 new ones, three rounds. */
const EXAMPLE = generateCase([
  { tokenMs: [[256, 306, 356, 406, 456]], loadMs: 400, peakRssBytes: 800_000_000 },
  { tokenMs: [[250, 290, 330, 370, 410]], loadMs: 420, peakRssBytes: 810_000_000 },
  { tokenMs: [[320, 384, 448, 512, 576]], loadMs: 410, peakRssBytes: 805_000_000 },
]);

describe('metrics of the workload generate', () => {
  it.each([
    ['ttftMs', [256, 250, 320]],
    ['prefillRate', [2000, 2048, 1600]],
    ['decodeRate', [20, 25, 15.625]],
    ['tpotMs', [50, 40, 64]],
    ['loadMs', [400, 420, 410]],
    ['peakRssBytes', [800_000_000, 810_000_000, 805_000_000]],
    ['microMs', []],
  ] as const)('%s of the worked example is %j', (name, expected) => {
    expect(roundValues(name, EXAMPLE)).toEqual(expected);
  });

  it('summarises over rounds: the median and its interval', () => {
    // Of 27 resamples the median is the middle value in 13, each other one in 7: mean 20.1620, 20 ± 4.3027 × 3.3789.
    const { n, median, interval } = summarizeMetric('decodeRate', EXAMPLE)!;
    expect([n, median]).toEqual([3, 20]);
    expect(interval!.low).toBeCloseTo(5.4612, 4);
    expect(interval!.high).toBeCloseTo(34.5388, 4);
  });

  it('takes the median over the iterations of a round, of each metric for itself', () => {
    const result = generateCase([
      {
        tokenMs: [
          [100, 150, 210],
          [400, 410, 420],
          [200, 300, 400],
          [100, 120, 140],
        ],
      },
    ]);
    expect(roundValues('ttftMs', result)).toEqual([150]);
    // Rates 5120, 1280, 2560, 5120; decode 2 tokens in 110, 20, 200 and 40 ms.
    expect(roundValues('prefillRate', result)).toEqual([3840]);
    expect(roundValues('decodeRate', result)[0]).toBeCloseTo((1000 * 2) / 110 / 2 + 50 / 2, 12);
    expect(roundValues('tpotMs', result)).toEqual([37.5]);
  });

  it('does not count the first token as decoded', () => {
    const slowStart = generateCase([steadyRound(10_000, 10, 101)]);
    expect(roundValues('decodeRate', slowStart)).toEqual([100]);
    expect(roundValues('tpotMs', slowStart)).toEqual([10]);
  });

  it('leaves warm-up iterations out', () => {
    const rounds = [{ warmup: [[9000, 19_000, 29_000]], tokenMs: [[100, 110, 120]] }];
    const [cold, warm] = [generateCase(rounds), generateCase(rounds.map(({ tokenMs }) => ({ tokenMs })))];
    for (const name of METRIC_NAMES) expect(roundValues(name, cold), name).toEqual(roundValues(name, warm));
    expect(roundValues('ttftMs', cold)).toEqual([100]);
    expect(interTokenLatency(cold).n).toBe(2);
    expect(loopShare(cold)).toBe(0);
  });

  it('has no value for a round of warm-up iterations only', () => {
    const result = generateCase([{ warmup: [[100, 110, 120]] }]);
    expect(roundValues('ttftMs', result)).toEqual([]);
    expect(summarizeMetric('decodeRate', result)).toBeNull();
    expect(loopShare(result)).toBeNull();
  });

  it('has no decode rate for a single token, but a prefill rate', () => {
    const result = generateCase([{ tokenMs: [[128]] }]);
    expect(METRICS.decodeRate.ofRound(okRoundOf(result), result)).toBeNull();
    expect(METRICS.tpotMs.ofRound(okRoundOf(result), result)).toBeNull();
    expect(roundValues('decodeRate', result)).toEqual([]);
    expect(roundValues('prefillRate', result)).toEqual([4000]);
    expect(loopShare(result)).toBeNull();
    expect(interTokenLatency(result)).toEqual({ n: 0, p50: null, p90: null, p95: null, p99: null });
  });

  it('does not see failed rounds', () => {
    const result = generateCase(['failed', steadyRound(100, 10), 'failed']);
    for (const name of METRIC_NAMES) {
      const isElsewhere = /^(microMs|sustainedRate)$|Joules|joules|cold/.test(name);
      expect(roundValues(name, result), name).toHaveLength(isElsewhere ? 0 : 1);
    }
    expect(summarizeMetric('ttftMs', generateCase(['failed']))).toBeNull();
    expect(interTokenLatency(generateCase(['failed'])).n).toBe(0);
  });

  it('has a decode rate from two tokens on: one gap', () => {
    const result = generateCase([{ tokenMs: [[100, 108]], decodeSessionMs: 6 }]);
    expect([roundValues('decodeRate', result), roundValues('tpotMs', result)]).toEqual([[125], [8]]);
    expect(loopShare(result)).toBeCloseTo(0.25, 12);
  });

  it('counts the prompt, not the depth before it, in the prefill rate', () => {
    const workload = { kind: 'generate', prompt: 64, new: 2, depth: 4096 } as const;
    expect(roundValues('prefillRate', generateCase([{ tokenMs: [[32, 40]] }], { key: { workload } }))).toEqual([2000]);
  });

  it('reads load time without the loading of the library', () => {
    expect(roundValues('loadMs', generateCase([{ tokenMs: [[1, 2]], libraryMs: 999, loadMs: 123.456 }]))).toEqual([
      123.456,
    ]);
  });

  it('tells cold starts apart: of load time and of the first pass, only where eviction is proven', () => {
    const result = generateCase([1, 2, 3].map(() => ({ warmup: [[900, 910]], tokenMs: [[100, 110]], loadMs: 700 })));
    const method = 'test';
    const [proven, refused] = result.rounds.map((round) => round as OkRound);
    proven!.pageCache = { evicted: true, residentBytes: 0, method, reason: null };
    refused!.pageCache = { evicted: false, residentBytes: 4096, method, reason: 'in use' };
    expect(roundValues('coldTtftMs', result)).toEqual([900]);
    expect(roundValues('coldLoadMs', result)).toEqual([700]);
    // The refused one is neither cold nor warm.
    expect(roundValues('loadMs', result)).toEqual([700]);
    expect(roundValues('ttftMs', result)).toEqual([100, 100, 100]);
  });

  it('has no peak for a round whose memory is unknown', () => {
    const result = generateCase([steadyRound(100, 10)]);
    okRoundOf(result).memory.peakRssBytes = null;
    expect(roundValues('peakRssBytes', result)).toEqual([]);
  });
});

describe('loop share', () => {
  it('is the part of decoding outside the session, median over rounds', () => {
    // 10 ms of decoding each; 9, 8 and 5 of them inside the session.
    const rounds = [9, 8, 5].map((decodeSessionMs) => ({ tokenMs: [[100, 105, 110]], decodeSessionMs }));
    expect(loopShare(generateCase(rounds))).toBeCloseTo(0.2, 12);
  });

  it('is zero where the session takes all of it', () => {
    expect(loopShare(generateCase([steadyRound(100, 10)]))).toBe(0);
  });
});

describe('metrics of the workload micro', () => {
  const result = microCase(
    [{ sampleMs: [5, 1, 3], loadMs: 70 }, 'failed', { sampleMs: [4, 2], loadMs: 80 }],
    'session-run',
  );

  it('take the median over the samples of each round', () => {
    expect(roundValues('microMs', result)).toEqual([3, 3]);
    expect(summarizeMetric('microMs', result)!.median).toBe(3);
  });

  it('leave out what only generation has', () => {
    for (const name of ['ttftMs', 'prefillRate', 'decodeRate', 'tpotMs'] as const) {
      expect(roundValues(name, result), name).toEqual([]);
    }
    expect(interTokenLatency(result).n).toBe(0);
    expect(loopShare(result)).toBeNull();
    expect(roundValues('loadMs', result)).toEqual([70, 80]);
  });
});

describe('the builder of these tests', () => {
  it('makes documents that the schema accepts', () => {
    const micro = microCase([{ sampleMs: [1, 2] }], 'tokenize');
    expect(documentOf([EXAMPLE, micro]).cases).toEqual([EXAMPLE, micro]);
    expect(documentOf([generateCase(['failed'])]).cases[0]!.status).toBe('failed');
  });
});

function okRoundOf(result: ReturnType<typeof generateCase>) {
  const round = result.rounds[0]!;
  if (round.status !== 'ok') throw new Error('the round failed');
  return round;
}
