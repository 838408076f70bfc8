// Tables over several results: which figures stand in a cell, what meets a wish, and what is never ranked.
import { describe, expect, it } from 'vitest';
import { tableSchema } from '../../src/contract/views/table.js';
import { WISHED_METRICS, wishRow } from '../../src/contract/wishes.js';
import { METRICS } from '../../src/stats/metrics.js';
import { requireColumns } from '../../src/stats/table-columns.js';
import { tableView } from '../../src/stats/table-view.js';
import { fakeCase, fakeDigest } from '../fixtures/digest.js';

const medians = (view: ReturnType<typeof tableView>) =>
  view.rows.map(({ cells }) => cells.map(({ metrics }) => Math.round(metrics.decodeRate?.median ?? 0)));

describe('a cell', () => {
  it('has the newest figures; older ones are counted, later failures named', () => {
    const view = tableView(
      [
        fakeDigest([fakeCase([10, 10])], { day: 1 }),
        fakeDigest([fakeCase([20, 20])], { day: 2 }),
        fakeDigest([fakeCase([])], { day: 3 }),
        fakeDigest([fakeCase([99], {}, { status: 'impossible' })], { day: 4 }),
      ],
      { by: ['machine'] },
    );
    expect(tableSchema.parse(view)).toEqual(view);
    expect(medians(view)).toEqual([[20]]);
    expect(view.rows[0]!.cells[0]).toMatchObject({
      result: 'results/xeon/quick-20250102T120000Z.json',
      older: 1,
      withoutFigures: ['results/xeon/quick-20250103T120000Z.json', 'results/xeon/quick-20250104T120000Z.json'],
    });
  });

  it('never mixes machines: where columns do not tell them, rows do', () => {
    const digests = [
      fakeDigest([fakeCase([10], { dtype: 'q4' }), fakeCase([5], { dtype: 'fp32' })], { machine: 'xeon' }),
      fakeDigest([fakeCase([40], { dtype: 'q4' })], { machine: 'epyc' }),
    ];
    const view = tableView(digests, { by: ['dtype'] });
    expect(view.columns.map(({ values }) => values)).toEqual([{ dtype: 'fp32' }, { dtype: 'q4' }]);
    expect(view.rows.map(({ machine }) => machine)).toEqual(['xeon', 'epyc']);
    expect(medians(view)).toEqual([[5, 10], [40]]);
    expect(medians(tableView(digests, { by: ['machine'] }))).toEqual([[40, 10], [5]]);
  });

  it('says of machines with one name what tells them apart', () => {
    const [a, b] = [fakeDigest([fakeCase([10])]), fakeDigest([fakeCase([20])], { day: 2 })];
    const other = { ...b!, machine: { ...b!.machine, instructionSets: ['avx2', 'amx_int8'] } };
    const view = tableView([a!, other], { by: ['machine'] });
    expect(view.columns.map(({ values }) => values.machine)).toEqual(['xeon', 'xeon (with amx_int8)']);
  });
});

describe('columns', () => {
  it('are in natural order, and several dimensions are one column', () => {
    const cases = [16, 2, 4].flatMap((threads) => [fakeCase([threads], { threads })]);
    const view = tableView([fakeDigest(cases)], { by: ['threads'] });
    expect(view.columns.map(({ values }) => values.threads)).toEqual(['2', '4', '16']);
    expect(medians(view)).toEqual([[2, 4, 16]]);
    const both = tableView([fakeDigest(cases)], { by: ['dtype', 'threads'] });
    expect(both.columns.map(({ values }) => values)[0]).toEqual({ dtype: 'q4', threads: '2' });
  });

  it('name what else differs, but not what follows from the dimension', () => {
    const cases = [
      fakeCase([10], { dtype: 'q4' }, { identity: { graph: 'g1', runtimeVersion: '1' } }),
      fakeCase([20], { dtype: 'fp32' }, { identity: { graph: 'g2', runtimeVersion: '2' } }),
    ];
    const { otherwiseDifferent } = tableView([fakeDigest(cases)], { by: ['dtype'] });
    expect(otherwiseDifferent).toEqual([{ identity: 'runtimeVersion', rows: [0] }]);
  });

  it('of no such dimension are refused, with those that there are', () => {
    expect(() => requireColumns(['machine', 'dtype', 'option.spinning', 'option'])).not.toThrow();
    expect(() => requireColumns(['colour'])).toThrow('--by colour: there is no such dimension');
  });
});

describe('a wish', () => {
  const at = (limit: number) => [{ metric: 'decodeRate', limit } as const];
  const cases = [
    fakeCase([30, 30.1, 29.9], { dtype: 'q4' }),
    fakeCase([10, 11, 9, 10.5, 9.5], { dtype: 'int8' }),
    fakeCase([5, 5.1, 4.9], { dtype: 'fp32' }),
    fakeCase([12], { dtype: 'fp16' }),
    fakeCase([], { dtype: 'bnb4' }),
  ];

  it('is met by the whole interval, and not shown where that straddles the limit or one round has none', () => {
    const view = tableView([fakeDigest(cases)], { by: ['machine'], wishes: at(10) });
    expect(view.counts).toEqual({ yes: 1, no: 2, 'not shown': 2 });
    expect(view.notShown.map(({ key }) => key.dtype)).toEqual(['int8', 'fp16']);
    expect(view.rows.map(({ cells }) => cells[0]!.key.dtype)).toEqual(['q4']);
    expect(view.rowsLeftOut).toBe(4);
  });

  it('for less of something is a limit from above', () => {
    const sizes = [400e6, 2e9].map((bytes, i) => fakeCase([10, 10], { threads: i + 1 }, { bytes }));
    const wishes = [{ metric: 'peakRssBytes', limit: 1e9 } as const];
    const view = tableView([fakeDigest(sizes)], { by: ['machine'], wishes });
    expect(view.rows.map(({ cells }) => cells[0]!.key.threads)).toEqual([1]);
  });

  it('asks nothing of a workload without the metric', () => {
    const one = fakeCase([10, 10]);
    const { decodeRate: _, ...metrics } = one.metrics;
    const view = tableView([fakeDigest([{ ...one, metrics }])], { by: ['machine'], wishes: at(1) });
    expect(view.counts).toEqual({ yes: 0, no: 0, 'not shown': 0 });
  });

  it('is asked of every metric in the direction that is better', () => {
    for (const metric of WISHED_METRICS) {
      const { better, unit } = METRICS[metric];
      const { bound, metavar } = wishRow(metric);
      expect([metric, bound]).toEqual([metric, better === 'higher' ? 'min' : 'max']);
      expect([metric, metavar]).toEqual([metric, { bytes: 'size', ms: 'time', 'tok/s': 'tok/s', 'J/tok': '' }[unit]]);
    }
  });
});

describe('rank', () => {
  const cases = [
    fakeCase([10, 10.1], { threads: 1 }),
    fakeCase([40, 40.1], { threads: 2 }, { isSound: false }),
    fakeCase([90, 90.1], { threads: 3 }, { status: 'impossible' }),
    fakeCase([20, 20.1], { threads: 4 }),
    fakeCase([19.9, 20], { threads: 5 }),
  ];
  const view = tableView([fakeDigest(cases)], { by: ['machine'], sort: 'decodeRate' });
  const threads = view.rows.map(({ cells }) => cells[0]!.key.threads);

  it('leaves what is impossible or computes something else at the end, whatever its rate', () => {
    expect(threads).toEqual([4, 5, 1, 2, 3]);
    expect(view.best!.place).toEqual({ row: 0, column: 0 });
  });

  it('names what is not shown to be worse than the best', () => {
    expect(view.best!.notShownWorse).toEqual([{ row: 1, column: 0 }]);
  });

  it('takes overlapping intervals for no difference, whichever way is better', () => {
    const wide = [fakeCase([20, 24, 16, 22, 18], { threads: 1 }), fakeCase([19, 23, 15, 21, 17], { threads: 2 })];
    const far = fakeCase([5, 5.1, 5.2], { threads: 3 });
    const { best } = tableView([fakeDigest([...wide, far])], { by: ['machine'], sort: 'decodeRate' });
    expect(best!.notShownWorse).toEqual([{ row: 1, column: 0 }]);
    const times = [100, 90].map((middle, i) =>
      fakeCase(
        [10],
        { threads: i + 1 },
        { metrics: { loadMs: [0.8, 0.9, 1, 1.1, 1.2].map((factor) => middle * factor) } },
      ),
    );
    const long = fakeCase([10], { threads: 3 }, { metrics: { loadMs: [500, 501] } });
    const loads = tableView([fakeDigest([...times, long])], { by: ['machine'], sort: 'loadMs' });
    expect(loads.best).toMatchObject({ place: { row: 0 }, notShownWorse: [{ row: 1 }] });
  });

  it('says whether runtimes are ranked at equal work', () => {
    const work = { ...fakeCase([1]).engineWork, weights: 5e8, bitsPerWeight: 5, kvFormat: 'float16' };
    const ranked = (bitsPerWeight: number, model = 'qwen2.5-0.5b') => {
      const rival = { engineWork: { ...work, bitsPerWeight } };
      const cases = [
        fakeCase([20, 20], {}, { engineWork: work }),
        fakeCase([10, 10], { runtime: 'llama.cpp', layout: 'gguf', model }, rival),
      ];
      return tableView([fakeDigest(cases)], { by: ['machine'], sort: 'decodeRate' }).best!.isAtEqualWork;
    };
    expect([ranked(5.2), ranked(8), ranked(8, 'other')]).toEqual([true, false, true]);
  });

  it('has the smallest first where less is better', () => {
    const sizes = [900e6, 300e6].map((bytes, i) => fakeCase([10], { threads: i + 1 }, { bytes }));
    const { rows } = tableView([fakeDigest(sizes)], { by: ['machine'], sort: 'peakRssBytes' });
    expect(rows.map(({ cells }) => cells[0]!.key.threads)).toEqual([2, 1]);
  });
});
