// Thresholds held against ranges, by hand.
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../src/contract/prediction.js';
import type { Threshold, UseProfile, UseWorkload } from '../../src/contract/use-profile.js';
import type { Lengths } from '../../src/verdict/terms.js';
import { contextOf, type Predictor, useView, verdictOf, worstOf } from '../../src/verdict/uses.js';

const around = (value: number) => ({ value, low: value * 0.9, high: value * 1.1 });

/** Reads 100 tokens a second, and writes 20, 10 behind 1,000 tokens or more. */
const predictor: Predictor = {
  availableBytes: 2e9,
  at: ({ prompt, depth, new: tokens }: Lengths): Prediction => ({
    decodeRate: around(depth + prompt >= 1000 ? 10 : 20),
    prefillRate: around(100),
    ttftMs: around(prompt * 10),
    peakRssBytes: around(1e9 + 1e5 * (prompt + depth + tokens)),
  }),
};

const use = (
  workload: UseWorkload,
  ...thresholds: Pick<Threshold, 'metric' | 'better' | 'acceptable'>[]
): UseProfile => ({
  ...{ id: 'test', name: 'Test', what: 'a test', workload, lengths: [] },
  thresholds: thresholds.map((threshold) => ({
    ...{ good: threshold.acceptable, basis: 'reason', why: 'a test', source: 'a test' },
    ...threshold,
  })),
});
const predictedOf = (profile: UseProfile) =>
  useView(profile, predictor, null).thresholds.map(({ metric, predicted, verdict }) => [
    metric,
    predicted?.value,
    verdict,
  ]);

describe('verdictOf', () => {
  it('is decided by the far end of the range', () => {
    const range = { value: 10, low: 8, high: 12 };
    expect([8, 9, 12.1].map((needed) => verdictOf(range, 'higher', needed))).toEqual(['pass', 'not shown', 'fail']);
    expect([12, 11, 7.9].map((needed) => verdictOf(range, 'lower', needed))).toEqual(['pass', 'not shown', 'fail']);
  });

  it('of several is the worst, and shows nothing where nothing is predicted', () => {
    expect(worstOf(['pass', 'not shown'])).toBe('not shown');
    expect(worstOf(['pass', 'not shown', 'fail'])).toBe('fail');
    expect(worstOf(['pass'])).toBe('pass');
    expect(worstOf([])).toBe('not shown');
  });
});

it('a single answer: the prompt, then each token after the first', () => {
  const workload = { kind: 'single', prompt: 200, new: 41 } as const;
  const profile = use(
    workload,
    { metric: 'ttftSeconds', better: 'lower', acceptable: 2.2 },
    { metric: 'totalSeconds', better: 'lower', acceptable: 3 },
    { metric: 'decodeTokensPerSecond', better: 'higher', acceptable: 25 },
    { metric: 'memoryShare', better: 'lower', acceptable: 1 },
    { metric: 'stallSeconds', better: 'lower', acceptable: 1 },
  );
  expect(contextOf(workload)).toBe(241);
  expect(predictedOf(profile)).toEqual([
    ['ttftSeconds', 2, 'pass'],
    // 2 s and 40 tokens at 20 a second; at best 1.8 + 1.8.
    ['totalSeconds', 4, 'fail'],
    ['decodeTokensPerSecond', 20, 'fail'],
    ['memoryShare', expect.closeTo((1e9 + 1e5 * 241) / 2e9, 9), 'pass'],
    ['stallSeconds', undefined, null],
  ]);
  const view = useView(profile, predictor, null);
  expect(view.verdict).toBe('fail');
  // The shortest time has the fastest decode, the longest the slowest.
  const { low, high } = view.thresholds[1]!.predicted!;
  expect(low).toBeCloseTo(1.8 + 40 / 22, 9);
  expect(high).toBeCloseTo(2.2 + 40 / 18, 9);
});

it('a conversation: the slower of the first turn and the last, at the context that has grown by then', () => {
  const workload = { kind: 'conversation', system: 500, turns: 3, input: 100, new: 201 } as const;
  expect(contextOf(workload)).toBe(500 + 3 * 301);
  const profile = use(
    workload,
    { metric: 'ttftSeconds', better: 'lower', acceptable: 10 },
    { metric: 'decodeTokensPerSecond', better: 'higher', acceptable: 5 },
    { metric: 'turnSeconds', better: 'lower', acceptable: 30 },
    { metric: 'taskSeconds', better: 'lower', acceptable: 30 },
    { metric: 'decodeShareAtDepth', better: 'higher', acceptable: 0.4 },
  );
  // First turn: 600 tokens in 6 s, 200 at 20 a second. Last: 100 in 1 s behind 1,102 others, 200 at 10 a second.
  expect(predictedOf(profile)).toEqual([
    ['ttftSeconds', 6, 'pass'],
    ['decodeTokensPerSecond', 10, 'pass'],
    ['turnSeconds', 21, 'pass'],
    ['taskSeconds', 16 + 2 * 21, 'fail'],
    ['decodeShareAtDepth', 0.5, 'pass'],
  ]);
});

it('what takes more context than the model was made for fails, whatever its speed', () => {
  const profile = use(
    { kind: 'single', prompt: 3000, new: 100 },
    { metric: 'memoryShare', better: 'lower', acceptable: 1 },
  );
  expect(useView(profile, predictor, null, 3100)).toMatchObject({ verdict: 'pass', tooLong: null });
  expect(useView(profile, predictor, null, 3099)).toMatchObject({ verdict: 'fail', tooLong: 3100 });
});

it('a repeated prompt: only what changed is read, behind what did not', () => {
  const profile = use(
    { kind: 'repeated', prompt: 1024, changed: 50, new: 11 },
    { metric: 'totalSeconds', better: 'lower', acceptable: 2 },
  );
  expect(predictedOf(profile)).toEqual([['totalSeconds', 0.5 + 1, 'pass']]);
});

it('a batch: items an hour', () => {
  const profile = use(
    { kind: 'batch', items: 9, prompt: 100, new: 21 },
    { metric: 'itemsPerHour', better: 'higher', acceptable: 1000 },
  );
  expect(predictedOf(profile)).toEqual([['itemsPerHour', 1800, 'pass']]);
});

it('a threshold of phones does not count elsewhere', () => {
  const profile = use({ kind: 'single', prompt: 8, new: 8 }, { metric: 'ttftSeconds', better: 'lower', acceptable: 1 });
  profile.thresholds[0]!.appliesTo = ['phone'];
  expect(useView(profile, predictor, 'phone').thresholds).toHaveLength(1);
  expect(useView(profile, predictor, 'laptop').thresholds).toEqual([]);
  expect(useView(profile, predictor, null).thresholds).toEqual([]);
});

it('what could be predicted but is not known shows nothing', () => {
  const unmeasured: Predictor = {
    ...predictor,
    at: (lengths) => ({ ...predictor.at(lengths), decodeRate: null }),
  };
  const profile = use(
    { kind: 'single', prompt: 8, new: 8 },
    { metric: 'decodeTokensPerSecond', better: 'higher', acceptable: 1 },
    { metric: 'memoryShare', better: 'lower', acceptable: 1 },
  );
  expect(useView(profile, unmeasured, null).verdict).toBe('not shown');
});

it('without a range, half and twice the value decide', () => {
  const vague: Predictor = {
    ...predictor,
    at: () => ({ ...predictor.at({ prompt: 8, new: 8, depth: 0 }), decodeRate: { value: 10, low: null, high: null } }),
  };
  const wants = (acceptable: number) =>
    use({ kind: 'single', prompt: 8, new: 8 }, { metric: 'decodeTokensPerSecond', better: 'higher', acceptable });
  expect([4.9, 6, 21].map((needed) => useView(wants(needed), vague, null).verdict)).toEqual([
    'pass',
    'not shown',
    'fail',
  ]);
});
