// Groups of cgroup v1 for a worker, on fake kernels: one for each controller, below our own.
import { describe, expect, it } from 'vitest';
import { createGroupV1 } from '../../../src/machine/limits/cgroup-v1.js';
import type { Group } from '../../../src/machine/limits/group.js';
import { fakeGroups } from '../../fixtures/fake-groups.js';

const FOUND = {
  '/proc/self/cgroup': '9:name=systemd:/\n4:memory:/jobs/7\n2:cpu,cpuacct:/\n0::/',
  '/proc/self/mountinfo': [
    '32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct',
    '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  ].join('\n'),
  '/proc/meminfo': 'SwapTotal:       2097148 kB',
};
const LIMITS = { memoryBytes: 1_073_741_824, swapBytes: 536_870_912, cpuQuota: 0.5 };

function made(result: Group | string): Group {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('groups of cgroup v1', () => {
  it('are made below our own, with memory and swap under one limit', () => {
    const kernel = fakeGroups(FOUND);
    const group = made(createGroupV1(kernel, LIMITS));
    const [memory, cpu] = [...kernel.made];
    expect(memory).toMatch(/^\/sys\/fs\/cgroup\/memory\/jobs\/7\/edgeproof-/);
    expect(cpu).toMatch(/^\/sys\/fs\/cgroup\/cpu\/edgeproof-/);
    expect(group.entrances).toEqual([`${memory}/cgroup.procs`, `${cpu}/cgroup.procs`]);
    expect(kernel.files.get(`${memory}/memory.memsw.limit_in_bytes`)).toBe(String(1_073_741_824 + 536_870_912));
    expect(group).toMatchObject(LIMITS);
    expect(group.remove()).toBe(true);
    expect(kernel.made.size).toBe(0);
  });

  it('tell what the limits did, by both counters', () => {
    const kernel = fakeGroups(FOUND);
    const group = made(createGroupV1(kernel, LIMITS));
    const [memory, cpu] = [...kernel.made];
    kernel.files.set(`${memory}/memory.max_usage_in_bytes`, '1073741824');
    kernel.files.set(`${memory}/memory.failcnt`, '3');
    kernel.files.set(`${memory}/memory.memsw.failcnt`, '400');
    kernel.files.set(`${memory}/memory.oom_control`, 'oom_kill_disable 0\nunder_oom 0\noom_kill 1');
    kernel.files.set(`${memory}/memory.stat`, 'cache 12\nswap 8192\ntotal_swap 8192');
    kernel.files.set(`${cpu}/cpu.stat`, 'nr_periods 40\nnr_throttled 30\nthrottled_time 1');
    expect(group.effects()).toEqual({
      peakBytes: 1_073_741_824,
      swapPeakBytes: null,
      limitHits: 403,
      oomKills: 1,
      periods: 40,
      throttledPeriods: 30,
    });
    expect(group.swapNow()).toBe(8192);
  });

  it('forbid swap by swappiness, and allow it only where the kernel counts it', () => {
    const kernel = fakeGroups({ ...FOUND, '/no-swap-accounting': '' });
    const group = made(createGroupV1(kernel, { memoryBytes: 1e9, swapBytes: 0 }));
    expect(kernel.files.get(`${[...kernel.made][0]}/memory.swappiness`)).toBe('0');
    expect(group.swapBytes).toBe(0);
    const other = fakeGroups({ ...FOUND, '/no-swap-accounting': '' });
    expect(createGroupV1(other, LIMITS)).toContain('does not count swap');
    expect(other.made.size).toBe(0);
  });

  it('leave nothing behind when the second one cannot be made', () => {
    const kernel = fakeGroups(FOUND, ['/sys/fs/cgroup/cpu']);
    expect(createGroupV1(kernel, LIMITS)).toContain('/sys/fs/cgroup/cpu: no group can be made');
    expect(kernel.made.size).toBe(0);
  });

  it('need their controllers', () => {
    expect(createGroupV1(fakeGroups({}), LIMITS)).toBe('cgroup v1 has no controller memory here');
  });
});
