// The table of dimensions: every list of a suite has an option, every field of a case key has its place in the id, and
// `run` declares every row.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { declareRun, suiteOverrides } from '../../src/commands/run-options.js';
import type { CaseKey } from '../../src/contract/case-key.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { labelsOf } from '../../src/report/labels.js';
import { caseDimensions } from '../../src/suite/case-id.js';
import { DIMENSION_NAMES, dimensionOf, dimensionRow, impliedBy } from '../../src/suite/dimensions.js';
import { generateCase } from '../fixtures/document.js';

const KEY: CaseKey = {
  model: 'a',
  weights: 'synthetic',
  layout: 'tuned',
  dtype: 'q4',
  runtime: 'onnxruntime',
  ep: 'cpu',
  threads: 2,
  workload: { kind: 'sustained', prompt: 8, new: 4, depth: 16, seconds: 60 },
  options: { arena: false, config: { 'session.xyz': '1' } },
  limits: { memoryBytes: 2e9, swapBytes: 1e9, cpuQuota: 1.5, cpus: '0-1', device: 'board' },
};

describe('the table', () => {
  it('fills every list of a suite', () => {
    const lists = Object.entries(suiteSchema.parse(suiteOf({ weights: ['real'], options: [{}], limits: [{}] })))
      .filter(([, value]) => Array.isArray(value))
      .map(([field]) => field);
    expect(new Set(DIMENSION_NAMES.map((name) => dimensionRow(name).field as string))).toEqual(new Set(lists));
  });

  it('has each dimension of a full case in the id, in its own order, and knows its row', () => {
    const names = Object.keys(caseDimensions(KEY));
    expect(names).toEqual([
      ...['model', 'layout', 'dtype', 'runtime', 'ep', 'threads', 'option.arena', 'option.session.xyz'],
      ...['device', 'memory-limit', 'swap-limit', 'cpu-quota', 'cpus', 'prompt', 'new', 'depth', 'seconds'],
    ]);
    expect(new Set([...names, 'weights'].map(dimensionOf))).toEqual(new Set(DIMENSION_NAMES));
    expect(dimensionOf('machine')).toBeNull();
    expect(dimensionOf('toString')).toBeNull();
  });

  it('tells cases apart by every value of their keys', () => {
    const others: Partial<CaseKey>[] = [
      ...[{ model: 'b' }, { layout: 'split' as const }, { layout: null }, { dtype: 'int8' as const }],
      ...[{ runtime: 'llama.cpp' as const }, { ep: 'webgpu' as const }, { threads: 3 }],
      ...[{ options: { arena: false } }, { limits: { cpus: '0-1' } }],
      ...['prompt', 'new', 'depth', 'seconds'].map((name) => ({ workload: { ...KEY.workload, [name]: 9 } }) as object),
    ];
    const ids = [{}, ...others].map((change) => JSON.stringify(caseDimensions({ ...KEY, ...change })));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says what differs along with a dimension', () => {
    expect(impliedBy(['model'])).toEqual(['weights', 'graph', 'workload']);
    expect(impliedBy(['option.arena', 'machine', 'seconds'])).toEqual(['options', 'workload']);
  });

  it('writes headings of what cases share', () => {
    const cases = (changes: Partial<CaseKey>[]) =>
      changes.map((change) => generateCase([], { key: { ...KEY, ...change } }));
    expect(labelsOf(cases([{}])).shared).toBe(
      'a · tuned q4 · onnxruntime · cpu · 2 threads · arena off · session.xyz 1 · as board · memory-limit 2GB · swap-limit 1GB · cpu-quota 1.5 · cpus 0-1',
    );
    const plain = { options: undefined, limits: undefined };
    const varying = labelsOf(cases([plain, { ...plain, layout: 'split', threads: 1, options: { spinning: false } }]));
    expect(varying.shared).toBe('a · q4 · onnxruntime · cpu');
    expect(varying.varying).toEqual(['layout', 'threads', 'option.spinning']);
    expect(varying.values(cases([plain])[0]!)).toEqual({ 'option.spinning': 'on', layout: 'tuned', threads: '2' });
  });
});

describe('`run` on the command line', () => {
  const overridesOf = async (...texts: string[]) => {
    const command = declareRun(new Command()).argument('[suite]');
    return suiteOverrides(command.parse(texts, { from: 'user' }).opts());
  };

  it('reads every dimension from its option', async () => {
    const given = [
      ...['-m', 'a,b', '--weights', 'real', '--layout', 'tuned,split', '--dtype', 'q4', '--runtime', 'llama.cpp'],
      ...['--ep', 'cpu', '-t', '1-4*2', '--option', 'arena=off', '--option', 'session.xyz=1,2'],
      ...['--memory-limit', '1GB,2GB', '--swap-limit', '0B', '--cpu-quota', '1.5', '--cpus', '0,1'],
      ...['-p', '8,16', '-n', '4', '-d', '0-2048+1024', '--seconds', '60'],
    ];
    const limits = { swap: '0B', cpuQuota: 1.5, cpus: '0,1' };
    expect(await overridesOf(...given)).toEqual({
      models: ['a', 'b'],
      weights: ['real'],
      layouts: ['tuned', 'split'],
      dtypes: ['q4'],
      runtimes: ['llama.cpp'],
      eps: ['cpu'],
      threads: [1, 2, 4],
      options: ['1', '2'].map((value) => ({ arena: false, config: { 'session.xyz': value } })),
      limits: [
        { memory: '1GB', ...limits },
        { memory: '2GB', ...limits },
      ],
      prompt: [8, 16],
      new: [4],
      depth: [0, 1024, 2048],
      seconds: 60,
    });
  });

  it('reads settings, and changes nothing where nothing is given', async () => {
    expect(await overridesOf()).toEqual({});
    expect(await overridesOf('-r', '7', '--warmup', 'auto', '--timeout', '5', '--cold', '-t', 'auto')).toEqual({
      rounds: 7,
      warmup: 'auto',
      timeoutSeconds: 5,
      cold: true,
      threads: ['auto'],
    });
    await expect(overridesOf('--seconds', '1.5')).rejects.toThrow('--seconds: "1.5"');
  });
});

function suiteOf(fields: object) {
  return { name: 'x', models: ['a'], workloads: [{ kind: 'generate', prompt: [8], new: [4] }], ...fields };
}
