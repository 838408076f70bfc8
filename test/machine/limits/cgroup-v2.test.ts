// Where a group of cgroup v2 is made for a worker, on fake kernels: a root shell, a systemd session, containers.
import { describe, expect, it } from 'vitest';
import { createGroupV2 } from '../../../src/machine/limits/cgroup-v2.js';
import type { Group } from '../../../src/machine/limits/group.js';
import { fakeGroups } from '../../fixtures/fake-groups.js';

const MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const TOP = '/sys/fs/cgroup';
const SESSION = `${TOP}/user.slice/session-3.scope`;
const LIMITS = { memoryBytes: 2e9, swapBytes: 0, cpuQuota: 1.5 };

function session(changes: Record<string, string> = {}, readOnly: string[] = []) {
  return fakeGroups(
    {
      '/proc/self/cgroup': '0::/user.slice/session-3.scope',
      '/proc/self/mountinfo': MOUNT,
      '/proc/meminfo': 'SwapTotal:       2097148 kB',
      [`${TOP}/cgroup.controllers`]: 'cpuset cpu io memory pids',
      [`${TOP}/cgroup.subtree_control`]: 'cpu memory pids',
      [`${TOP}/user.slice/cgroup.controllers`]: 'cpu memory pids',
      [`${TOP}/user.slice/cgroup.subtree_control`]: 'memory pids',
      [`${TOP}/user.slice/cgroup.procs`]: '',
      [`${SESSION}/cgroup.controllers`]: 'memory pids',
      [`${SESSION}/cgroup.subtree_control`]: '',
      [`${SESSION}/cgroup.procs`]: '4711 4712',
      ...changes,
    },
    readOnly,
  );
}

function made(result: Group | string): Group {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('a group of cgroup v2', () => {
  it('is made beside our own, which holds processes and may have none below it', () => {
    const kernel = session();
    const group = made(createGroupV2(kernel, { memoryBytes: 2e9, swapBytes: 0 }));
    const [directory] = kernel.made;
    expect(directory).toMatch(/^\/sys\/fs\/cgroup\/user\.slice\/edgeproof-\d+-\d+$/);
    expect(group.entrances).toEqual([`${directory}/cgroup.procs`]);
    // 2 GB are 488,281.25 pages of 4 KiB.
    expect(group).toMatchObject({ memoryBytes: 488_281 * 4096, swapBytes: 0, cpuQuota: null });
    expect(kernel.files.get(`${directory}/memory.swap.max`)).toBe('0');
    expect(group.remove()).toBe(true);
    expect(kernel.made.size).toBe(0);
  });

  it('enables a controller where it may, for a quota', () => {
    const kernel = session();
    const group = made(createGroupV2(kernel, LIMITS));
    expect(kernel.files.get(`${TOP}/user.slice/cgroup.subtree_control`)).toBe('memory pids cpu');
    expect(group.cpuQuota).toBe(1.5);
    const [directory] = kernel.made;
    expect(kernel.files.get(`${directory}/cpu.max`)).toBe('150000 100000');
  });

  it('is made below our own where that one already has the controllers', () => {
    const kernel = session({ [`${SESSION}/cgroup.subtree_control`]: 'memory cpu' });
    made(createGroupV2(kernel, LIMITS));
    expect([...kernel.made][0]).toContain('session-3.scope/edgeproof-');
  });

  it('is made further up where a controller is missing', () => {
    const kernel = session({ [`${TOP}/user.slice/cgroup.controllers`]: 'memory pids' });
    made(createGroupV2(kernel, LIMITS));
    expect([...kernel.made][0]).toMatch(/^\/sys\/fs\/cgroup\/edgeproof-/);
  });

  it.each([
    ['memory.max', '1073741824'],
    ['memory.high', '1073741824'],
    ['cpu.max', '200000 100000'],
    ['cpuset.cpus', '0-3'],
  ])('never leaves a group that is limited by %s', (file, value) => {
    const kernel = session({ [`${SESSION}/${file}`]: value });
    const reason = createGroupV2(kernel, LIMITS);
    expect(reason).toContain(`would escape ${SESSION}/${file}`);
    expect(kernel.made.size).toBe(0);
  });

  it.each([
    ['memory.max', 'max'],
    ['cpu.max', 'max 100000'],
    ['cpuset.cpus', ''],
  ])('leaves one whose %s limits nothing', (file, value) => {
    expect(typeof createGroupV2(session({ [`${SESSION}/${file}`]: value }), LIMITS)).toBe('object');
  });

  it('is not made for a user who may make none, and the nearest reason is told', () => {
    const reason = createGroupV2(session({}, [TOP, `${TOP}/user.slice`, SESSION]), { memoryBytes: 1e9 });
    expect(reason).toContain(`${SESSION}: memory cannot be enabled`);
  });

  it('is not made where the top has no controllers, as on hybrid systems', () => {
    const kernel = fakeGroups({
      '/proc/self/cgroup': '4:memory:/x\n0::/',
      '/proc/self/mountinfo': '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
      '/sys/fs/cgroup/unified/cgroup.controllers': '',
    });
    expect(createGroupV2(kernel, LIMITS)).toBe('/sys/fs/cgroup/unified does not have the controller memory and cpu');
  });

  it('needs cgroup v2', () => {
    expect(createGroupV2(fakeGroups({}), LIMITS)).toBe('cgroup v2 is not mounted');
  });

  it('needs swap to be counted, unless there is none', () => {
    const uncounted = (meminfo: string) => {
      const kernel = session({ '/proc/meminfo': meminfo });
      const { makeDirectory } = kernel;
      return {
        ...kernel,
        makeDirectory(path: string) {
          makeDirectory(path);
          kernel.files.delete(`${path}/memory.swap.max`);
        },
      };
    };
    const refused = uncounted('SwapTotal:       2097148 kB');
    expect(createGroupV2(refused, { memoryBytes: 1e9 })).toContain('does not count swap');
    expect(refused.made.size).toBe(0);
    const fine = made(createGroupV2(uncounted('SwapTotal:             0 kB'), { memoryBytes: 1e9 }));
    expect(fine.swapBytes).toBe(0);
  });

  it('tells what the limits did', () => {
    const kernel = session();
    const group = made(createGroupV2(kernel, { ...LIMITS, swapBytes: 5e8 }));
    const [directory] = kernel.made;
    kernel.files.set(`${directory}/memory.peak`, '1999998976');
    kernel.files.set(`${directory}/memory.swap.peak`, '77824');
    kernel.files.set(`${directory}/memory.swap.current`, '4096');
    kernel.files.set(`${directory}/memory.events`, 'low 0\nhigh 0\nmax 312\noom 2\noom_kill 1\noom_group_kill 0');
    kernel.files.set(`${directory}/cpu.stat`, 'usage_usec 9\nnr_periods 50\nnr_throttled 20\nthrottled_usec 7');
    expect(group.effects()).toEqual({
      peakBytes: 1_999_998_976,
      swapPeakBytes: 77_824,
      limitHits: 312,
      oomKills: 1,
      periods: 50,
      throttledPeriods: 20,
    });
    expect(group.swapNow()).toBe(4096);
    expect(group.swapBytes).toBe(Math.floor(5e8 / 4096) * 4096);
  });

  it('stays while something runs in it', () => {
    const kernel = session();
    const group = made(createGroupV2(kernel, { memoryBytes: 1e9 }));
    kernel.files.set(group.entrances[0]!, '99');
    expect(group.remove()).toBe(false);
    kernel.files.set(group.entrances[0]!, '');
    expect(group.remove()).toBe(true);
    expect(group.remove()).toBe(true);
  });

  it('sweeps away groups of a process that is gone, and no others', () => {
    const kernel = session();
    // Beyond the largest process number that Linux gives; and our own parent, which lives.
    const [dead, alive] = [`${TOP}/user.slice/edgeproof-9999999-0`, `${TOP}/user.slice/edgeproof-${process.ppid}-0`];
    kernel.makeDirectory(dead);
    kernel.makeDirectory(alive);
    made(createGroupV2(kernel, { memoryBytes: 1e9 }));
    expect(kernel.made.has(dead)).toBe(false);
    expect(kernel.made.has(alive)).toBe(true);
  });

  it('is found below the part of the hierarchy that a container mounts', () => {
    const own = `${TOP}/job`;
    const kernel = fakeGroups({
      '/proc/self/cgroup': '0::/docker/abc/job',
      '/proc/self/mountinfo': '30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      '/proc/meminfo': 'SwapTotal:             0 kB',
      [`${own}/cgroup.controllers`]: 'memory',
      [`${own}/cgroup.subtree_control`]: 'memory',
    });
    made(createGroupV2(kernel, { memoryBytes: 1e9 }));
    expect([...kernel.made][0]).toContain(`${own}/edgeproof-`);
  });
});
