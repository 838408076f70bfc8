// Limits of a suite as a case has them: in bytes, with the threads that they leave, in its id, and compared.
import { describe, expect, it } from 'vitest';
import { type Suite, suiteSchema } from '../../src/contract/suite.js';
import { compareResults } from '../../src/stats/compare.js';
import { caseDimensions } from '../../src/suite/case-id.js';
import { limitedThreads, limitsOf } from '../../src/suite/case-limits.js';
import { planCases } from '../../src/suite/plan.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

describe('the limits of a case', () => {
  it('forbids swap unless it is given', () => {
    expect(limitsOf({ memory: '2GB' }, 4)).toEqual({ memoryBytes: 2e9, swapBytes: 0 });
    expect(limitsOf({ memory: '2GB', swap: '1GB' }, 4)).toEqual({ memoryBytes: 2e9, swapBytes: 1e9 });
    expect(limitsOf({}, 4)).toBeUndefined();
  });

  it('as on a device: what an application may use there, and its cores if there are more here', () => {
    const pi = { memoryBytes: 7623147520, swapBytes: 0, device: 'raspberry-pi-5-8gb' };
    expect(limitsOf({ device: 'pi-5-8gb' }, 8)).toEqual({ ...pi, cpuQuota: 4 });
    expect(limitsOf({ device: 'pi-5-8gb' }, 4)).toEqual(pi);
    expect(limitsOf({ device: 'pi-5-8gb' }, 2)).toEqual(pi);
    expect(thrownBy(() => limitsOf({ device: 'pie' }, 2)).code).toBe('profile-unknown');
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
