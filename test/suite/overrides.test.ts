// What the command line changes of a suite, and how it is refused.
import { describe, expect, it } from 'vitest';
import { type Suite, suiteSchema } from '../../src/contract/suite.js';
import { overrideSuite, readDimensions } from '../../src/suite/overrides.js';
import { thrownBy } from '../fixtures/thrown.js';

const SMALLEST = { name: 'small', models: ['m'], workloads: [{ kind: 'generate', prompt: [8], new: [4] }] };
const MICRO = { name: 'micro-only', models: ['m'], workloads: [{ kind: 'micro', task: 'tokenize' }] };

describe('overrideSuite', () => {
  const suite: Suite = suiteSchema.parse({
    ...SMALLEST,
    workloads: [
      { kind: 'generate', prompt: [8], new: [4], depth: [16] },
      { kind: 'micro', task: 'tokenize' },
      { kind: 'generate', prompt: [32], new: [2] },
    ],
  });

  it('changes nothing where nothing is given', () => {
    expect(overrideSuite(suite, {})).toEqual(suite);
    expect(overrideSuite(suite, { models: undefined, prompt: undefined, rounds: undefined } as object)).toEqual(suite);
  });

  it.each([
    ['models', ['a', 'b']],
    ['layouts', ['published']],
    ['dtypes', ['fp32', 'int8']],
    ['runtimes', ['transformers.js']],
    ['eps', ['cpu']],
    ['threads', [1, 'auto']],
    ['rounds', 7],
    ['iterations', 1],
    ['warmup', 0],
    ['seed', 99],
    ['timeoutSeconds', 5],
  ] as const)('replaces %s and nothing else', (field, value) => {
    expect(overrideSuite(suite, { [field]: value })).toEqual({ ...suite, [field]: value });
  });

  it('replaces the lengths of every generate workload and leaves micro workloads alone', () => {
    const { workloads } = overrideSuite(suite, { prompt: [128, 512], new: [1] });
    expect(workloads).toEqual([
      { kind: 'generate', prompt: [128, 512], new: [1], depth: [16] },
      suite.workloads[1],
      { kind: 'generate', prompt: [128, 512], new: [1], depth: [0] },
    ]);
    expect(overrideSuite(suite, { depth: [7] }).workloads.map((w) => ('depth' in w ? w.depth : null))).toEqual([
      [7],
      null,
      [7],
    ]);
  });

  it('leaves the given suite as it was', () => {
    const before = structuredClone(suite);
    overrideSuite(suite, { prompt: [1], rounds: 9 });
    expect(suite).toEqual(before);
  });

  it.each([{ prompt: [8] }, { new: [8] }, { depth: [8] }])('refuses %j where nothing generates', (lengths) => {
    const error = thrownBy(() => overrideSuite(suiteSchema.parse(MICRO), lengths));
    expect(error.code).toBe('input-invalid');
    expect(error.message).toContain('micro-only');
    expect(error.hint).toMatch(/^expected ./);
  });

  it.each([
    [{ dtypes: ['q4', 'q9'] }, 'dtypes[1]'],
    [{ runtimes: ['tensorflow'] }, 'runtimes[0]'],
    [{ rounds: 0 }, 'rounds'],
    [{ models: [] }, 'models'],
    [{ prompt: [0] }, 'workloads[0].prompt[0]'],
  ])('names the command line and the field of %j', (overrides, field) => {
    const error = thrownBy(() => overrideSuite(suite, overrides));
    expect(error.code).toBe('file-invalid');
    expect(error.message).toContain('command line');
    expect(error.message).toContain(field);
  });
});

describe('limits on the command line', () => {
  it('multiplies its lists', () => {
    expect(readDimensions({})).toEqual({});
    const { limits } = readDimensions({ 'memory-limit': '1GB,2GB', 'cpu-quota': '0.5,1', cpus: '0,1' });
    expect(limits).toEqual([
      { memory: '1GB', cpuQuota: 0.5, cpus: '0,1' },
      { memory: '1GB', cpuQuota: 1, cpus: '0,1' },
      { memory: '2GB', cpuQuota: 0.5, cpus: '0,1' },
      { memory: '2GB', cpuQuota: 1, cpus: '0,1' },
    ]);
  });

  it.each([
    [{ 'memory-limit': '2XB' }, '--memory-limit: "2XB"'],
    [{ 'memory-limit': '0GB' }, '--memory-limit: "0GB"'],
    [{ 'swap-limit': '1GB' }, '--swap-limit without --memory-limit'],
    [{ 'cpu-quota': 'half' }, '--cpu-quota: "half"'],
    [{ 'cpu-quota': '0' }, '--cpu-quota: "0"'],
    [{ cpus: '3-1' }, '--cpus: "3-1"'],
  ])('refuses %j in words', (options, words) => {
    const { message, hint } = thrownBy(() => readDimensions(options));
    expect(message).toContain(words);
    expect(hint).toMatch(/^expected /);
  });
});
