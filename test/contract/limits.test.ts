// Limits as a dimension: sizes, lists of processors, what a case is called, and what it may compare with.
import { describe, expect, it } from 'vitest';
import { cpuList, cpuNumbers } from '../../src/contract/cpu-list.js';
import { bytesOf, sizeWord } from '../../src/contract/limit-text.js';
import { limitSetSchema } from '../../src/contract/limits.js';
import { type Suite, suiteSchema } from '../../src/contract/suite.js';
import { compareResults } from '../../src/stats/compare.js';
import { caseDimensions } from '../../src/suite/case-id.js';
import { limitedThreads, limitsOf } from '../../src/suite/case-limits.js';
import { readDimensions } from '../../src/suite/overrides.js';
import { planCases } from '../../src/suite/plan.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

describe('a size', () => {
  it.each([
    ['512MB', 512_000_000, '512MB'],
    ['2GB', 2_000_000_000, '2GB'],
    ['2000 MB', 2_000_000_000, '2GB'],
    ['2GiB', 2_147_483_648, '2GiB'],
    ['1.5GiB', 1_610_612_736, '1536MiB'],
    ['0B', 0, '0B'],
    ['65536B', 65_536, '64KiB'],
    ['1kB', 1000, '1kB'],
  ])('%s has %i bytes and is called %s', (text, bytes, word) => {
    expect(bytesOf(text)).toBe(bytes);
    expect(sizeWord(bytes)).toBe(word);
    expect(bytesOf(word)).toBe(bytes);
  });

  it.each(['2', '2gb', 'GB', '-1GB', '1e3MB', '2GB ', ''])('%j is none', (text) => {
    expect(bytesOf(text)).toBeNull();
  });
});

it.each([
  ['0', [0], '0'],
  ['0,1', [0, 1], '0-1'],
  ['3,0-1,1', [0, 1, 3], '0-1,3'],
  ['8-11,2', [2, 8, 9, 10, 11], '2,8-11'],
  ['2-2,64-65', [2, 64, 65], '2,64-65'],
])('processors %s', (text, numbers, word) => {
  expect(cpuNumbers(text)).toEqual(numbers);
  expect(cpuList(numbers)).toBe(word);
});

describe('a set of limits', () => {
  it.each([
    [{ memory: '2 gigabytes' }, 'a size such as'],
    [{ memory: '0B' }, 'needs some memory'],
    [{ swap: '1GB' }, 'only together with memory'],
    [{ cpuQuota: 0 }, '0.01'],
    [{ cpus: '1-0' }, 'must grow'],
    [{ cpus: 'all' }, 'processors such as'],
    [{ disk: '1GB' }, 'disk'],
  ])('refuses %j', (set, words) => {
    expect(limitSetSchema.safeParse(set).error?.message).toContain(words);
  });

  it('forbids swap unless it is given', () => {
    expect(limitsOf({ memory: '2GB' })).toEqual({ memoryBytes: 2e9, swapBytes: 0 });
    expect(limitsOf({ memory: '2GB', swap: '1GB' })).toEqual({ memoryBytes: 2e9, swapBytes: 1e9 });
    expect(limitsOf({})).toBeUndefined();
  });

  it.each([
    [8, {}, 8],
    [8, { cpus: '0-2' }, 3],
    [8, { cpuQuota: 2.9 }, 2],
    [8, { cpuQuota: 0.3 }, 1],
    [2, { cpuQuota: 6, cpus: '0-5' }, 2],
  ])('%i threads under %j are %i', (threads, limits, expected) => {
    expect(limitedThreads(threads, limits)).toBe(expected);
  });
});

describe('cases', () => {
  const suite = (limits?: Suite['limits']): Suite =>
    suiteSchema.parse({
      name: 'limits',
      models: ['tiny'],
      workloads: [{ kind: 'generate', prompt: [8], new: [4] }],
      limits,
    });
  const ids = (limits?: Suite['limits']) => planCases(suite(limits), 4).map(({ id }) => id);

  it('without limits are called as ever', () => {
    const plain = 'generate/model=tiny/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=4/prompt=8/new=4';
    expect(ids()).toEqual([plain]);
    expect(ids([{}])).toEqual([plain]);
  });

  it('name their limits, and their threads fit them', () => {
    expect(ids([{}, { memory: '2GB', swap: '1GB', cpuQuota: 1.5, cpus: '0,1' }, { cpus: '1,0' }])).toEqual([
      'generate/model=tiny/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=4/prompt=8/new=4',
      'generate/model=tiny/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=1/memory-limit=2GB/swap-limit=1GB/cpu-quota=1.5/cpus=0-1/prompt=8/new=4',
      'generate/model=tiny/layout=tuned/dtype=q4/runtime=onnxruntime/ep=cpu/threads=2/cpus=0-1/prompt=8/new=4',
    ]);
  });

  it('of one limit in two units are one case', () => {
    expect(ids([{ memory: '2GB' }, { memory: '2000MB' }])).toHaveLength(1);
  });

  it('of different limits are compared only when asked for', () => {
    const rounds = [steadyRound(100, 10), steadyRound(101, 11)];
    const limited = (memoryBytes: number) =>
      documentOf([generateCase(rounds, { key: { limits: { memoryBytes, swapBytes: 0 } } })]);
    const [small, large] = [limited(1e9), limited(2e9)];
    expect(caseDimensions(small.cases[0]!.key)['memory-limit']).toBe('1GB');
    expect(compareResults(small, large, { across: [] }).cases[0]!.status).toBe('unmatched');
    expect(compareResults(small, small, { across: [] }).cases[0]!.status).toBe('compared');
    expect(compareResults(small, large, { across: ['memory-limit'] }).cases[0]).toMatchObject({
      status: 'compared',
      across: [{ dimension: 'memory-limit', baseline: '1GB', candidate: '2GB' }],
    });
  });
});

describe('the command line', () => {
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
