import { describe, expect, it } from 'vitest';
import type { PredictedMetric } from '../../src/contract/prediction.js';
import { normal } from '../../src/stats/random.js';
import { leaveOneOut, type Method, rangeOf, type Score, type Scored, spreadOf } from '../../src/verdict/scores.js';

const NONE = { decodeRate: null, prefillRate: null, ttftMs: null, peakRssBytes: null };
const scores = (groups: Record<string, number[]>, metric: PredictedMetric = 'decodeRate'): Score<null>[] =>
  Object.entries(groups).flatMap(([group, errors]) =>
    errors.map((error) => ({ scored: null, group, predicted: NONE, errors: { ...NONE, [metric]: error } })),
  );

describe('spreadOf', () => {
  it('takes the extremes of few groups, and says how many of new ones that holds: (n − 1) / (n + 1)', () => {
    const spread = spreadOf(scores({ a: [-0.1, 0.05], b: [0.2], c: [0], d: [-0.3, 0.1] }), 'decodeRate')!;
    expect(Math.log(spread.low)).toBeCloseTo(-0.3, 12);
    expect(Math.log(spread.high)).toBeCloseTo(0.2, 12);
    expect(spread).toMatchObject({ coverage: 3 / 5, groups: 4 });
  });

  it('leaves out the extremes of many groups: with 19, ranks 2 and 18 hold 80 %', () => {
    const many = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`g${i}`, [i / 10]]));
    const spread = spreadOf(scores(many), 'decodeRate')!;
    expect(Math.log(spread.low)).toBeCloseTo(0.1, 12);
    expect(Math.log(spread.high)).toBeCloseTo(1.7, 12);
    expect(spread.coverage).toBeCloseTo(0.8, 12);
  });

  it('says nothing of fewer than 3 groups, or of a metric without errors', () => {
    expect(spreadOf(scores({ a: [0.1], b: [0.2, 0.3] }), 'decodeRate')).toBeNull();
    expect(spreadOf(scores({ a: [0], b: [0], c: [0] }), 'prefillRate')).toBeNull();
  });

  it.each([5, 9, 12, 30])('holds as many new groups of one distribution as it says: %i groups', (n) => {
    const next = normal(7 + n);
    const draw = () => next(0, 0.2);
    let held = 0;
    let said = 0;
    const trials = 4000;
    for (let i = 0; i < trials; i++) {
      const groups = Object.fromEntries(Array.from({ length: n }, (_, g) => [`g${g}`, [draw()]]));
      const { low, high, coverage } = spreadOf(scores(groups), 'decodeRate')!;
      const one = Math.exp(draw());
      said = coverage;
      if (low <= one && one <= high) held++;
    }
    expect(held / trials).toBeGreaterThan(said - 0.025);
    expect(held / trials).toBeLessThan(said + 0.025);
  });
});

it('a range lies around a prediction, or beside it where all were off to one side', () => {
  const spread = { low: 1.1, high: 1.4, coverage: 0.7, groups: 6 };
  expect(rangeOf(10, spread)).toEqual({ value: 10, low: 11, high: 14 });
  expect(rangeOf(10, null)).toEqual({ value: 10, low: null, high: null });
  for (const none of [null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(rangeOf(none, spread)).toBeNull();
});

describe('leaveOneOut', () => {
  type Case = Scored<'time'> & { family: string };
  const METHOD: Method<'time', Case> = {
    expected: { time: [{ value: 1, spread: 10 }] },
    valuesFrom: ({ time }) => ({ ...NONE, decodeRate: time && 1 / time }),
  };
  const made = (family: string, bytes: number, slope: number): Case => ({
    path: [],
    model: `${family}-${bytes}`,
    family,
    terms: { time: [bytes] },
    points: { time: { terms: [bytes], measured: slope * bytes } },
    values: { ...NONE, decodeRate: 1 / (slope * bytes) },
  });

  it('predicts a group from the others alone', () => {
    const cases = [made('a', 1, 2), made('a', 2, 2), made('b', 1, 2), made('odd', 1, 4)];
    const byFamily = leaveOneOut(cases, METHOD, ({ family }) => family);
    const errorOf = (family: string) => byFamily.find(({ group }) => group === family)!.errors.decodeRate!;
    // Without the odd one, the slope is 2, and its rate half of what is predicted.
    expect(Math.exp(errorOf('odd'))).toBeCloseTo(0.5, 2);
    // With it, the others are predicted too slow.
    expect(errorOf('b')).toBeGreaterThan(0.05);
  });

  it('has no error where nothing is predicted or measured', () => {
    const [score] = leaveOneOut([{ ...made('a', 1, 2), terms: { time: null } }], METHOD, ({ family }) => family);
    expect(score!.errors).toEqual(NONE);
  });
});
