// Curves of sustained workloads with known answers: steady, falling by a step, falling slowly, recovering, with gaps.
import { describe, expect, it } from 'vitest';
import type { TracePoint } from '../../src/contract/condition.js';
import { okRounds } from '../../src/contract/result.js';
import { driftOf } from '../../src/stats/drift.js';
import { gradeRound } from '../../src/stats/grade.js';
import { roundValues } from '../../src/stats/metrics.js';
import { sustainedOf } from '../../src/stats/sustained.js';
import { conditionOf } from '../fixtures/condition.js';
import { passesOf } from '../fixtures/curve.js';
import { type FakeRound, generateCase, steadyRound, sustainedCase } from '../fixtures/document.js';

const roundOf = (fake: FakeRound) => okRounds(sustainedCase([fake], 180))[0]!;
const curveOf = (rate: (second: number) => number, seconds = 180, more: Partial<FakeRound> = {}) =>
  sustainedOf(roundOf({ ...passesOf(rate, seconds), ...more }))!;

describe('a sustained workload', () => {
  it('that keeps its rate sustains its peak', () => {
    const curve = curveOf(() => 20);
    expect(curve.windows).toHaveLength(18);
    expect(curve.peakRate).toBeCloseTo(20, 6);
    expect(curve.sustainedToPeak).toBeCloseTo(1, 6);
    expect([curve.throttledAfterSeconds, curve.heatCountedAfterSeconds]).toEqual([null, null]);
  });

  it('that falls from 40 to 30 at 60 s: 75 % of its peak, throttled from the window at 60 s on', () => {
    const curve = curveOf((second) => (second < 60 ? 40 : 30));
    expect(curve.peakRate).toBeCloseTo(40, 1);
    expect(curve.sustainedRate).toBeCloseTo(30, 1);
    expect(curve.sustainedToPeak).toBeCloseTo(0.75, 2);
    expect(curve.throttledAfterSeconds).toBe(60);
  });

  it('shares a token between the windows it falls into: a fall at 65 s shows half way', () => {
    const rates = curveOf((second) => (second < 65 ? 40 : 20)).windows.map(({ tokensPerSecond }) => tokensPerSecond);
    expect(rates[5]).toBeCloseTo(40, 1);
    expect(rates[6]).toBeCloseTo(30, 0);
    expect(rates[7]).toBeCloseTo(20, 1);
  });

  it('that falls in a line from 40 to 22: throttled once it has lost a tenth', () => {
    // 40 − 0.1 t: the first window averages 39.5; below 35.55 from the window at 40 s on, which averages 35.5.
    const curve = curveOf((second) => 40 - 0.1 * second);
    expect(curve.peakRate).toBeCloseTo(39.5, 1);
    expect(curve.throttledAfterSeconds).toBe(40);
    // The last five of 18 windows average 26.5 … 22.5.
    expect(curve.sustainedRate).toBeCloseTo(24.5, 1);
  });

  it('that recovers is not throttled: only a fall for good counts', () => {
    expect(curveOf((second) => (second > 50 && second < 100 ? 20 : 40)).throttledAfterSeconds).toBeNull();
  });

  it('decodes at its rate whatever the prompts take; windows that hold mostly prompt are left out', () => {
    const half = sustainedOf(roundOf(passesOf(() => 20, 120, 300)))!;
    expect(half.peakRate).toBeCloseTo(20, 6);
    expect(half.windows).toHaveLength(12);
    expect(sustainedOf(roundOf(passesOf(() => 20, 120, 2000)))).toBeNull();
  });

  it('needs four windows', () => {
    expect(sustainedOf(roundOf(passesOf(() => 20, 30)))).toBeNull();
    expect(sustainedOf(roundOf(passesOf(() => 20, 40)))!.windows).toHaveLength(4);
  });

  it('shows temperature and clock of each window, and when throttling was first counted', () => {
    const trace: TracePoint[] = [0, 5, 10, 15].map((second) => ({
      atMs: second * 1000,
      celsius: 50 + second,
      mhz: second < 10 ? 4000 : null,
      throttleEvents: second < 15 ? 0 : 3,
    }));
    const curve = curveOf(() => 20, 60, { trace });
    expect(curve.windows.slice(0, 3)).toMatchObject([
      { celsius: 52.5, mhz: 4000 },
      { celsius: 62.5, mhz: null },
      { celsius: null, mhz: null },
    ]);
    expect(curve.heatCountedAfterSeconds).toBe(15);
  });

  it('is a metric, and other workloads have none', () => {
    expect(roundValues('sustainedRate', sustainedCase([passesOf(() => 20, 60)], 60))[0]).toBeCloseTo(20, 6);
    expect(roundValues('sustainedRate', generateCase([steadyRound(100, 10)]))).toEqual([]);
  });

  it('is not graded down for the heat that it is there to measure, but for other programs', () => {
    const hot = conditionOf({ throttle: { events: 9, ms: 5000 }, passiveCooling: true });
    const curve = passesOf((second) => (second < 60 ? 40 : 20), 180);
    expect(Math.abs(driftOf(roundOf(curve))!)).toBeGreaterThan(0.15);
    expect(gradeRound(roundOf({ ...curve, condition: hot }))).toEqual({ grade: 'A', reasons: [] });
    const busy = conditionOf({ cpuMs: { worker: 18_000, edgeproof: 40, others: 5_000, steal: 0 } });
    expect(gradeRound(roundOf({ ...curve, condition: busy })).grade).toBe('C');
  });
});
