// What makes one series, what is named where it changes, and the steps of the view.
import { describe, expect, it } from 'vitest';
import { historySchema } from '../../src/contract/views/history.js';
import { historyView, MOST_POINTS } from '../../src/stats/history-view.js';
import { type FakeSitting, level, sittings } from '../fixtures/history.js';

const viewOf = (list: FakeSitting[]) => historySchema.parse(historyView(sittings(list), ['decodeRate'], () => true));

describe('a series', () => {
  it('has the medians of the sittings of one case, with interval, commit and date', () => {
    const [series, ...others] = viewOf(level(50, 3));
    expect(others).toEqual([]);
    expect(series!.points.map(({ value }) => value)).toEqual([50, 50.2, 49.85].map((rate) => expect.closeTo(rate, 9)));
    const [, second] = series!.points;
    expect(second).toMatchObject({
      startedAt: '2026-11-02T09:00:00.000Z',
      tool: { commit: 'b'.repeat(40) },
      rounds: 3,
    });
    expect(second!.interval95!.low).toBeLessThan(50.2);
    expect(series).toMatchObject({ unit: 'tok/s', better: 'higher', levels: [], steps: [], deviation: null });
  });

  it.each<[string, Partial<FakeSitting>]>([
    ['machine', { machine: 'otherbox-2c-8gb' }],
    ['case', { key: { dtype: 'int8' } }],
    ['kind of weights', { key: { weights: 'real' } }],
    ['workload', { identity: { workload: 'eeee5555' } }],
  ])('is another one for another %s', (_, other) => {
    expect(viewOf([...level(50, 2), ...level(50, 2, other)]).map(({ points }) => points.length)).toEqual([2, 2]);
  });

  it.each([
    ['runtime', { identity: { runtimeVersion: 'onnxruntime-node 1.31.0' } }],
    ['weights', { identity: { weights: 'ffff9999' } }],
    ['graph', { identity: { graph: 'ffff9999' } }],
    ['options', { identity: { options: 'ffff9999' } }],
    ['system', { os: 'Linux 7' }],
  ])('goes on where the %s changed, and says so', (what, how) => {
    const [series, ...others] = viewOf([...level(50, 2), ...level(50, 2, how)]);
    expect(others).toEqual([]);
    expect(series!.points.map(({ changed }) => changed.map((one) => one.what))).toEqual([[], [], [what], []]);
    expect(series!.wentBack).toBe(false);
  });

  it('says that it went back to an earlier state', () => {
    const other = { identity: { graph: 'ffff9999' } };
    expect(viewOf([...level(50, 2), ...level(50, 1, other), ...level(50, 1)])[0]!.wentBack).toBe(true);
  });

  it('counts sittings without a figure', () => {
    const [series] = viewOf([...level(50, 2), { rate: 50, rounds: 'failed' }]);
    expect(series!.points).toHaveLength(2);
    expect(series!.leftOut).toEqual({ failed: 1, impossible: 0, older: 0 });
  });

  it('counts no case that is still to be run', () => {
    const digests = sittings(level(50, 3));
    Object.assign(digests[2]!.cases[0]!, { status: 'pending', identity: null, metrics: {}, rounds: 0 });
    expect(historyView(digests, ['decodeRate'], () => true)[0]!.leftOut.failed).toBe(0);
  });

  it('has no point where more energy was subtracted than there was', () => {
    const digests = sittings(level(50, 3));
    for (const [day, { cases }] of digests.entries())
      cases[0]!.metrics.netJoulesPerToken = day === 1 ? [-0.1, 2] : [1, 2];
    expect(historyView(digests, ['netJoulesPerToken'], () => true)[0]!.points).toHaveLength(2);
  });

  it('assumes of each metric what its sittings usually differ by', () => {
    const of = (metric: 'peakRssBytes' | 'loadMs') =>
      historyView(sittings(level(50, 11)), [metric], () => true)[0]!.deviation;
    // Nothing moves: of the prior, worth 4 degrees of freedom, 4 of 7.7 are left.
    expect(of('peakRssBytes')).toBeCloseTo(0.01 * Math.sqrt(4 / 7.7), 9);
    expect(of('loadMs')).toBeCloseTo(0.05 * Math.sqrt(4 / 7.7), 9);
  });

  it('leaves out rates that the machine cannot reach', () => {
    const digests = sittings(level(50, 3));
    digests[1]!.cases[0]!.status = 'impossible';
    const [series] = historyView(digests, ['decodeRate', 'peakRssBytes'], () => true);
    expect(series).toMatchObject({ points: [{}, {}], leftOut: { impossible: 1 } });
    expect(historyView(digests, ['peakRssBytes'], () => true)[0]!.points).toHaveLength(3);
  });

  it('has the newest points only', () => {
    const digests = sittings(level(50, 3));
    const many = Array.from({ length: MOST_POINTS + 5 }, (_, i) => ({ ...digests[i % 3]!, path: `${i}` }));
    const [series] = historyView(many, ['decodeRate'], () => true);
    expect(series!.points).toHaveLength(MOST_POINTS);
    expect(series!.points[0]!.path).toBe('5');
    expect(series!.leftOut.older).toBe(5);
  });
});

describe('a step', () => {
  it('lies after one commit and by another, with what else changed in between', () => {
    const newer = { identity: { runtimeVersion: 'onnxruntime-node 1.31.0' } };
    const [series] = viewOf([...level(50, 6), ...level(45, 5, newer)]);
    expect(series!.steps).toHaveLength(1);
    expect(series!.steps[0]).toMatchObject({
      at: 6,
      change: expect.closeTo(-0.1, 2),
      direction: 'worse',
      positions: [6],
      after: 5,
      by: 6,
      commits: ['g'.repeat(40)],
      changed: [{ what: 'runtime', before: 'onnxruntime-node 1.30.0', after: 'onnxruntime-node 1.31.0' }],
    });
    expect(series!.levels.map(({ first, last }) => [first, last])).toEqual([
      [0, 5],
      [6, 10],
    ]);
  });

  it('is for the better where a lower figure is', () => {
    const digests = sittings([...level(50, 6), ...level(45, 5)]);
    const [time] = historyView(digests, ['tpotMs'], () => true);
    expect(time!.steps.map(({ change, direction }) => [change > 0, direction])).toEqual([[true, 'worse']]);
    const [rate] = historyView(digests.toReversed(), ['decodeRate'], () => true);
    expect(rate!.steps.map(({ direction }) => direction)).toEqual(['better']);
  });

  it('names no commit where the same one was measured on both sides', () => {
    const same = { commit: 'a'.repeat(40) };
    const [series] = viewOf([...level(50, 6, same), ...level(45, 5, same)]);
    expect(series!.steps[0]!.commits).toEqual([]);
    const edited = viewOf([...level(50, 6, same), ...level(45, 5, { ...same, dirty: true })]);
    expect(edited[0]!.steps[0]!.commits).toEqual([`${'a'.repeat(40)}+`]);
  });

  it('names no commit of edgeproof where another tool measured', () => {
    const digests = sittings([...level(50, 6), ...level(45, 5)]);
    for (const { cases } of digests) cases[0]!.key.runtime = 'foreign-llama-bench';
    const [series] = historyView(digests, ['decodeRate'], () => true);
    expect(series!.steps).toMatchObject([{ commits: [] }]);
    expect(series!.points[0]!.tool.commit).toBeNull();
  });

  it('must be as large as matters for the metric: 20 % of a load time', () => {
    const digests = sittings(level(50, 12));
    for (const [day, { cases }] of digests.entries()) cases[0]!.metrics.loadMs = day < 6 ? [400, 401] : [460, 461];
    expect(historyView(digests, ['loadMs'], () => true)[0]!.steps).toEqual([]);
    for (const { cases } of digests.slice(6)) cases[0]!.metrics.loadMs = [520, 521];
    expect(historyView(digests, ['loadMs'], () => true)[0]!.steps).toHaveLength(1);
  });
});
