// `threads: auto` on the trees of several Linux systems: cores, affinity, quota, and two kinds of cores; each with its why.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuNumbers } from '../../src/contract/cpu-list.js';
import { describeMachine } from '../../src/machine/describe.js';
import { automaticThreads } from '../../src/machine/threads.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-threads-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let trees = 0;
function tree(files: Record<string, string>): string {
  const root = join(scratch, String(trees++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  mkdirSync(root, { recursive: true });
  return root;
}

/** Logical processors that share cores as listed: `0,4` is one core of two. */
function topology(...cores: string[]): Record<string, string> {
  return Object.fromEntries(
    cores.flatMap((siblings) =>
      cpuNumbers(siblings).map((cpu) => [`sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, siblings]),
    ),
  );
}
const cpuset = (list: string) => ({
  'proc/self/status': `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}`,
});
const capacities = (list: number[]) =>
  Object.fromEntries(list.map((value, cpu) => [`sys/devices/system/cpu/cpu${cpu}/cpu_capacity`, String(value)]));
const quota = (text: string) => ({ 'sys/fs/cgroup/cpu.max': text });

const machine = { ...describeMachine('test'), physicalCores: 64, logicalCores: 128, usableCores: 128 };
const HYPERTHREADED = topology('0,4', '1,5', '2,6', '3,7');
/** Two performance cores of two threads each, four efficient ones. */
const INTEL_HYBRID = {
  ...topology('0-1', '2-3', '4', '5', '6', '7'),
  'sys/devices/cpu_core/cpus': '0-3',
  'sys/devices/cpu_atom/cpus': '4-7',
};
const FOUR_BIG_FOUR_LITTLE = {
  ...topology('0', '1', '2', '3', '4', '5', '6', '7'),
  ...capacities([414, 414, 414, 414, 1024, 1024, 1024, 1024]),
};
/** Of a telephone: one prime core, three big, four small. */
const PRIME = {
  ...topology('0', '1', '2', '3', '4', '5', '6', '7'),
  ...capacities([325, 325, 325, 325, 828, 828, 828, 1024]),
};

describe('automaticThreads', () => {
  it.each([
    ['a core with two threads counts once', [HYPERTHREADED, cpuset('0-7')], 4, '4 physical cores, cpuset 0-7'],
    ['both threads of one core are one core', [HYPERTHREADED, cpuset('0,4')], 1, '1 physical core, cpuset 0,4'],
    [
      'a quota is tighter',
      [HYPERTHREADED, cpuset('0-3'), quota('200000 100000')],
      2,
      '4 physical cores, cgroup quota 2.0, cpuset 0-3',
    ],
    [
      'a quota is not rounded up',
      [HYPERTHREADED, cpuset('0-7'), quota('250000 100000')],
      2,
      '4 physical cores, cgroup quota 2.5, cpuset 0-7',
    ],
    [
      'a quota of half a core is one thread',
      [HYPERTHREADED, cpuset('0-7'), quota('50000 100000')],
      1,
      '4 physical cores, cgroup quota 0.5, cpuset 0-7',
    ],
    ['no quota', [HYPERTHREADED, cpuset('0-7'), quota('max 100000')], 4, '4 physical cores, cpuset 0-7'],
    ["Intel's performance cores", [INTEL_HYBRID, cpuset('0-7')], 2, '2 performance cores of 6, cpuset 0-7'],
    ['pinned to efficient cores', [INTEL_HYBRID, cpuset('4-6')], 3, '3 physical cores, cpuset 4-6'],
    ['pinned to performance cores', [INTEL_HYBRID, cpuset('0-3')], 2, '2 physical cores, cpuset 0-3'],
    ['big and little', [FOUR_BIG_FOUR_LITTLE, cpuset('0-7')], 4, '4 performance cores of 8, cpuset 0-7'],
    ['a prime core is joined by the big ones', [PRIME, cpuset('0-7')], 4, '4 performance cores of 8, cpuset 0-7'],
    [
      'equal capacities',
      [topology('0', '1'), capacities([1024, 1024]), cpuset('0-1')],
      2,
      '2 physical cores, cpuset 0-1',
    ],
  ] as const)('%s', (_, files, threads, why) => {
    expect(automaticThreads(machine, tree(Object.assign({}, ...files)))).toEqual({ threads, why });
  });

  it('believes the processor where the tree does not tell which threads share a core', () => {
    const root = tree(cpuset('0-7'));
    expect(automaticThreads({ ...machine, physicalCores: 4 }, root).threads).toBe(4);
  });

  it('takes physical cores where the system has no such files', () => {
    const other = { ...machine, physicalCores: 8, usableCores: 10 };
    expect(automaticThreads(other, tree({}))).toEqual({ threads: 8, why: '8 physical cores' });
  });
});
