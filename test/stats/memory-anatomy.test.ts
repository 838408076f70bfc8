// Where memory went: the highest of each phase, the moment of the peak, the cache predicted and observed.
import { describe, expect, it } from 'vitest';
import type { CaseResult, OkRound } from '../../src/contract/result.js';
import { kvMemory, memoryByPhase, peakMoment } from '../../src/stats/memory-anatomy.js';
import { generateCase, microCase, steadyRound } from '../fixtures/document.js';

type Phases = Record<string, { peak: number; end?: number }>;

/** A case whose rounds have these phases; anonymous memory is all but 10 bytes. */
function caseWith(rounds: Phases[], options: Parameters<typeof generateCase>[1] = {}): CaseResult {
  const result = generateCase(
    rounds.map(() => steadyRound(100, 10, 128)),
    options,
  );
  result.rounds.forEach((round, i) => {
    (round as OkRound).memory.phases = Object.fromEntries(
      Object.entries(rounds[i]!).map(([phase, { peak, end }]) => [
        phase,
        {
          peakRssBytes: peak,
          peakAnonymousBytes: peak - 10,
          peakFileBytes: 10,
          peakSwapBytes: 0,
          end: end === undefined ? null : { rssBytes: end, pssBytes: end - 5, anonymousBytes: end - 10, swapBytes: 0 },
        },
      ]),
    );
  });
  return result;
}

const PACKING: Phases = {
  start: { peak: 60, end: 60 },
  load: { peak: 900, end: 500 },
  firstRun: { peak: 560, end: 550 },
  prefill: { peak: 560 },
  decode: { peak: 555, end: 555 },
};

describe('memoryByPhase', () => {
  it('is the highest of each number over the rounds', () => {
    const phases = memoryByPhase(caseWith([PACKING, { ...PACKING, load: { peak: 880, end: 520 } }]));
    expect(Object.keys(phases)).toEqual(Object.keys(PACKING));
    expect(phases.load).toMatchObject({
      peakRssBytes: 900,
      peakAnonymousBytes: 890,
      end: { rssBytes: 520, pssBytes: 515 },
    });
  });

  it('keeps what only one round knows', () => {
    const result = caseWith([{ load: { peak: 10 } }, { load: { peak: 8, end: 7 } }]);
    (result.rounds[0] as OkRound).memory.phases.load!.peakSwapBytes = null;
    expect(memoryByPhase(result).load).toMatchObject({ peakRssBytes: 10, peakSwapBytes: 0, end: { rssBytes: 7 } });
  });
});

describe('peakMoment', () => {
  const momentOf = (...rounds: Parameters<typeof caseWith>) => peakMoment(memoryByPhase(caseWith(...rounds)));

  it('names the phase and what was left of it', () => {
    expect(momentOf([PACKING])).toEqual({ phase: 'load', bytes: 900, leftBytes: 500 });
  });

  it('is the first of phases that are as high, within one percent', () => {
    const flat = { load: { peak: 700, end: 700 }, firstRun: { peak: 995, end: 990 }, decode: { peak: 1000 } };
    expect(momentOf([flat])?.phase).toBe('firstRun');
    expect(momentOf([{ ...flat, firstRun: { peak: 980 } }])).toEqual({
      phase: 'decode',
      bytes: 1000,
      leftBytes: null,
    });
  });

  it('is unknown without phases', () => {
    expect(momentOf([{}])).toBeNull();
  });
});

describe('kvMemory', () => {
  const withKv = (result: CaseResult, bytesPerToken: number) => {
    result.checkpoint!.graph.kv = { layers: 24, bytesPerToken, shareable: true };
    return result;
  };

  it('predicts all positions of the case and observes the growth after loading', () => {
    // 512 prompt and 128 new tokens of 24 layers × keys and values × 2 heads × 64 × 4 bytes.
    const bytesPerToken = 24 * 2 * 2 * 64 * 4;
    expect(
      kvMemory(withKv(caseWith([PACKING, PACKING, { ...PACKING, firstRun: { peak: 999, end: 999 } }]), bytesPerToken)),
    ).toEqual({
      tokens: 640,
      predictedBytes: 640 * 24_576,
      observedBytes: 50,
      until: 'firstRun',
    });
  });

  it('observes to the last iteration where there is no warm-up', () => {
    const { firstRun, ...others } = PACKING;
    expect(kvMemory(caseWith([others]))).toMatchObject({ predictedBytes: null, observedBytes: 55, until: 'decode' });
  });

  it('observes nothing on a GPU, which holds the cache itself, nor without readings', () => {
    expect(kvMemory(caseWith([PACKING], { key: { ep: 'cuda' } }))).toMatchObject({ observedBytes: null });
    expect(kvMemory(caseWith([{ load: { peak: 5 } }]))).toMatchObject({ observedBytes: null, until: null });
  });

  it('is not a question to ask of a micro workload', () => {
    expect(kvMemory(microCase([{ sampleMs: [1] }], 'tokenize'))).toBeNull();
  });
});
