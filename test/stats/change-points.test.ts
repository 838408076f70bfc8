// Steps of a level: where, how large, and how well that is known. The error rates are those of statistics that were simulated
// elsewhere; the true steps of asv's own test series are found.
import { describe, expect, it } from 'vitest';
import { detection, place } from '../../scripts/study/change-points.mjs';
import { asvSeries, courseOf } from '../../scripts/study/change-points-tables.mjs';
import { changePoints } from '../../src/stats/change-points.js';
import * as random from '../../src/stats/random.js';
import { clipped } from '../../src/stats/series-noise.js';
import { student95 } from '../../src/stats/summary.js';

const pointsOf = (values: number[]) => values.map((value) => ({ log: Math.log(value), rounds: 1, variance: null }));
const WOBBLE = [0.2, -0.3, 0.1, 0, -0.2, 0.3, -0.1, 0.1, -0.2, 0.2];
const around = (level: number, count: number) => Array.from({ length: count }, (_, i) => level + WOBBLE[i % 10]!);
const tool = { changePoints, random };

describe('changePoints', () => {
  it('says nothing of fewer than 6 points', () => {
    expect(changePoints(pointsOf([40, 40, 40, 80, 80]))).toBeNull();
    expect(changePoints(pointsOf([40, 40, 40, 80, 80, 80]))?.steps).toHaveLength(1);
  });

  it('gives place, size and interval of a step', () => {
    const course = changePoints(pointsOf([...around(40, 8), ...around(36, 6)]))!;
    expect(course.levels.map(({ start, end }) => [start, end])).toEqual([
      [0, 8],
      [8, 14],
    ]);
    const [{ at, change, interval, positions }] = course.steps as [(typeof course.steps)[0]];
    expect(at).toBe(8);
    expect(positions).toEqual([8]);
    expect(change).toBeCloseTo(36 / 40 - 1, 2);
    // Equal weights: the deviation of a difference of means, with 4 + 0.37 · 13 degrees.
    const half = student95(4 + 0.37 * 13) * course.deviation * Math.sqrt(1 / 8 + 1 / 6);
    expect(interval.low).toBeCloseTo((1 + change) * Math.exp(-half) - 1, 9);
    expect(interval.high).toBeCloseTo((1 + change) * Math.exp(half) - 1, 9);
    const own = student95(4 + 0.37 * 13) * course.deviation * Math.sqrt(1 / 6);
    expect(course.levels[1]!.interval.high).toBeCloseTo(course.levels[1]!.value * Math.exp(own), 9);
  });

  it('leaves out steps below the least size, the smallest first', () => {
    const values = [...around(40, 20), ...around(40.9, 20), ...around(43, 20)];
    const stepsOf = (least: number) => changePoints(pointsOf(values), { least })!.steps.map(({ at }) => at);
    expect(stepsOf(0.01)).toEqual([20, 40]);
    expect(stepsOf(0.03)).toEqual([40]);
    expect(stepsOf(0.1)).toEqual([]);
  });

  it('sees nothing in single points, however far off', () => {
    const values = around(40, 30);
    values[7] = 20;
    values[8] = 90;
    values[29] = 20;
    expect(changePoints(pointsOf(values))!.steps).toEqual([]);
  });

  it('weighs each point by what its rounds leave open', () => {
    const exact = { log: Math.log(40), rounds: 100, variance: 1e-6 };
    const vague = { log: Math.log(40.8), rounds: 2, variance: 4e-3 };
    const { levels } = changePoints(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? exact : vague)))!;
    expect(levels).toHaveLength(1);
    expect(levels[0]!.value).toBeLessThan(40.3);
  });

  it('names all points at which a step may lie, the fewest that hold 95 % of e^(−cost/2)', () => {
    const normal = random.normal(9);
    const logs = Array.from({ length: 24 }, (_, i) => normal(i < 12 ? 0 : -0.05, 0.03));
    const { steps, deviation } = changePoints(logs.map((log) => ({ log, rounds: 1, variance: null })))!;
    expect(steps).toHaveLength(1);
    const counted = clipped(logs, deviation);
    const spread = (own: number[]) => {
      const mean = own.reduce((sum, x) => sum + x, 0) / own.length;
      return own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / deviation ** 2;
    };
    const chances = counted
      .map((_, at) => Math.exp(-(spread(counted.slice(0, at)) + spread(counted.slice(at))) / 2))
      .slice(1);
    const total = chances.reduce((sum, chance) => sum + chance, 0);
    const within = steps[0]!.positions.map((at) => chances[at - 1]!);
    const held = within.reduce((sum, chance) => sum + chance, 0);
    expect(within.length).toBeGreaterThan(4);
    expect(held / total).toBeGreaterThanOrEqual(0.95);
    expect((held - Math.min(...within)) / total).toBeLessThan(0.95);
    expect(within.length).toBe(chances.filter((chance) => chance >= Math.min(...within)).length);
  });
});

describe('simulated histories', () => {
  it.each([
    { points: 10, noise: 0.02, step: 0.05, published: 0.59 },
    { points: 30, noise: 0.03, step: 0.05, published: 0.64 },
    { points: 100, noise: 0.03, step: 0.05, published: 0.85 },
    { points: 30, noise: 0.01, step: 0.03, published: 0.45 },
    { points: 10, noise: 0.03, step: 0.1, published: 0.9 },
  ])('find a step of $step among $points points with noise of $noise as often as published', (history) => {
    const { found } = detection(tool, history, 150);
    expect(Math.abs(found - history.published)).toBeLessThan(0.15);
  });

  it.each([
    { points: 10, noise: 0.02, most: 0.06 },
    { points: 30, noise: 0.02, most: 0.04 },
    { points: 100, noise: 0.02, most: 0.02 },
    { points: 30, noise: 0.02, spiked: true, most: 0.08 },
    { points: 100, noise: 0.01, spiked: true, most: 0.12 },
  ])('have few false steps: $points points, noise $noise', ({ most, ...history }) => {
    expect(detection(tool, history, 150).any).toBeLessThanOrEqual(most);
  });

  it('hold the true place in the set, and the true size in the interval', () => {
    const { held, inside, size } = place(tool, { points: 60, noise: 0.02, step: 0.05 }, 200);
    expect(held).toBeGreaterThan(0.92);
    expect(inside).toBeGreaterThan(0.88);
    expect(size).toBeLessThan(5);
  });
});

describe('series of asv', () => {
  const stepsOf = (name: string) => {
    const series = asvSeries().find((one) => one.name === name)!;
    return { series, steps: courseOf(changePoints, series)!.steps.map(({ at }) => at) };
  };

  it.each(['five steps in 100', 'five steps, one outlier', 'six steps in 3000', 'twenty and thirty in turn'])(
    'have the steps that were put in: %s',
    (name) => {
      const { series, steps } = stepsOf(name);
      expect(steps).toEqual(series.true);
    },
  );

  it.each(['constant', 'six steps under noise of 5', 'three points apart'])('have none: %s', (name) => {
    expect(stepsOf(name).steps).toEqual([]);
  });

  it('are those that asv finds where a benchmark of astropy moved and stayed', () => {
    const { series, steps } = stepsOf('time_units.mem_unit');
    expect(steps).toEqual(series.asv);
    expect(stepsOf('time_units.time_unit_compose').steps).toEqual([6, 20, 27]);
  });
});
