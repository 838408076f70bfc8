// CPU quotas as cgroup v2 and v1 show them: own group, groups above, containers that see only their top.
import { describe, expect, it } from 'vitest';
import { quotaCores, readCpuQuota } from '../../../src/machine/condition/cgroup.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';

const V2_STAT = (throttled: number) =>
  `usage_usec 900\nuser_usec 800\nsystem_usec 100\nnr_periods 7\nnr_throttled 3\nthrottled_usec ${throttled}\n`;

it('v2: the tightest quota and all throttling of the group and those above it', () => {
  const root = kernelTree({
    'proc/self/cgroup': '0::/user.slice/bench.scope\n',
    'sys/fs/cgroup/cpu.stat': 'usage_usec 900\nuser_usec 800\n',
    'sys/fs/cgroup/user.slice/cpu.stat': V2_STAT(2000),
    'sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
    'sys/fs/cgroup/user.slice/bench.scope/cpu.stat': V2_STAT(500),
    'sys/fs/cgroup/user.slice/bench.scope/cpu.max': 'max 100000\n',
  });
  expect(readCpuQuota(root)).toEqual({ cores: 1.5, throttledMs: 2.5 });
});

it('v2 in a container: its own top, although the path is the one of the host', () => {
  const root = kernelTree({
    'proc/self/cgroup': '0::/../../docker/4711\n',
    'sys/fs/cgroup/cpu.stat': V2_STAT(40_000),
    'sys/fs/cgroup/cpu.max': '50000 100000\n',
  });
  expect(readCpuQuota(root)).toEqual({ cores: 0.5, throttledMs: 40 });
});

it.each(['cpu,cpuacct', 'cpuacct,cpu', 'cpu'])('v1 with the controllers %s', (controllers) => {
  const mount = controllers === 'cpuacct,cpu' ? 'cpu' : controllers;
  const root = kernelTree({
    'proc/self/cgroup': `9:memory:/box\n4:${controllers}:/box\n1:name=systemd:/\n`,
    [`sys/fs/cgroup/${mount}/box/cpu.stat`]: 'nr_periods 10\nnr_throttled 2\nthrottled_time 7000000\n',
    [`sys/fs/cgroup/${mount}/box/cpu.cfs_quota_us`]: '200000\n',
    [`sys/fs/cgroup/${mount}/box/cpu.cfs_period_us`]: '100000\n',
    [`sys/fs/cgroup/${mount}/cpu.stat`]: 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n',
    [`sys/fs/cgroup/${mount}/cpu.cfs_quota_us`]: '-1\n',
    [`sys/fs/cgroup/${mount}/cpu.cfs_period_us`]: '100000\n',
  });
  expect(readCpuQuota(root)).toEqual({ cores: 2, throttledMs: 7 });
});

it('no quota is not the same as no answer', () => {
  const free = kernelTree({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.stat': 'usage_usec 900\n' });
  expect(readCpuQuota(free)).toEqual({ cores: null, throttledMs: 0 });
  expect(readCpuQuota(kernelTree({}))).toBeNull();
  expect(readCpuQuota(kernelTree({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.stat': null }))).toBeNull();
});

describe('quotaCores', () => {
  it('is the tightest of all levels', () => {
    const root = kernelTree({
      'proc/self/cgroup': '0::/user.slice/run.scope',
      'sys/fs/cgroup/user.slice/cpu.max': '300000 100000',
      'sys/fs/cgroup/user.slice/run.scope/cpu.max': '400000 100000',
    });
    expect(quotaCores(root)).toBe(3);
  });

  it('is read from version 1, too, of the controller cpu alone', () => {
    const root = kernelTree({
      'proc/self/cgroup': '9:memory:/large\n3:cpu,cpuacct:/docker/abc',
      'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '150000',
      'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000',
      'sys/fs/cgroup/cpu/large/cpu.cfs_quota_us': '1',
      'sys/fs/cgroup/cpu/large/cpu.cfs_period_us': '100000',
    });
    expect(quotaCores(root)).toBe(1.5);
  });

  it('is the one of the top where the system names no group', () => {
    expect(quotaCores(kernelTree({ 'sys/fs/cgroup/cpu.max': '250000 100000' }))).toBe(2.5);
  });

  it.each([[{}], [{ 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', 'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' }]])(
    'is null without one: %j',
    (files) => expect(quotaCores(kernelTree(files))).toBeNull(),
  );
});
