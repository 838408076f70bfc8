// A group of cgroup v2 for one worker: below our own group, or beside it where a group that holds processes may have none.
// It never leaves a group that limits us, and only enables controllers where we may.
import { posix } from 'node:path';
import { reasonOf } from '../../errors.js';
import { fieldIn, type KernelFiles, numberIn } from './control-files.js';
import { type Group, type GroupLimits, NO_EFFECTS, PERIOD_US } from './group.js';
import { makeGroup, newGroupName, type OwnGroup, ownGroup, removeGroup } from './own-group.js';

/** A sentence where it cannot be made. */
export function createGroupV2(files: KernelFiles, limits: GroupLimits): Group | string {
  const own = ownGroup(files, null);
  if (own === null) return 'cgroup v2 is not mounted';
  const wanted = [
    ...(limits.memoryBytes === undefined ? [] : ['memory']),
    ...(limits.cpuQuota === undefined ? [] : ['cpu']),
  ];
  const name = newGroupName();
  const parent = findParent(files, own, wanted, name);
  if ('reason' in parent) return parent.reason;
  const { directory } = parent;
  const path = (file: string) => posix.join(directory, file);
  const read = (file: string) => files.read(path(file));
  const remove = () => removeGroup(files, directory);
  try {
    if (limits.memoryBytes !== undefined) {
      files.write(path('memory.max'), String(limits.memoryBytes));
      // Absent where the kernel does not count swap, and then only a machine without swap keeps the promise.
      const counted = read('memory.swap.max') !== null;
      if (counted) files.write(path('memory.swap.max'), String(limits.swapBytes ?? 0));
      else if (!hasNoSwap(files)) throw new Error('the kernel does not count swap (swapaccount=0)');
    }
    if (limits.cpuQuota !== undefined) {
      files.write(path('cpu.max'), `${Math.round(limits.cpuQuota * PERIOD_US)} ${PERIOD_US}`);
    }
  } catch (error) {
    remove();
    return `${directory}: ${reasonOf(error)}`;
  }
  const [quota, period] = (read('cpu.max') ?? '').split(' ').map(numberIn);
  return {
    method: 'cgroup v2',
    entrances: [path('cgroup.procs')],
    memoryBytes: limits.memoryBytes === undefined ? null : numberIn(read('memory.max')),
    swapBytes: limits.memoryBytes === undefined ? null : (numberIn(read('memory.swap.max')) ?? 0),
    cpuQuota: limits.cpuQuota !== undefined && quota != null && period != null ? quota / period : null,
    swapNow: () => numberIn(read('memory.swap.current')),
    effects: () => ({
      ...NO_EFFECTS,
      ...(limits.memoryBytes === undefined
        ? {}
        : {
            peakBytes: numberIn(read('memory.peak')),
            swapPeakBytes: numberIn(read('memory.swap.peak')),
            limitHits: fieldIn(read('memory.events'), 'max'),
            oomKills: fieldIn(read('memory.events'), 'oom_kill'),
          }),
      ...(limits.cpuQuota === undefined
        ? {}
        : {
            periods: fieldIn(read('cpu.stat'), 'nr_periods'),
            throttledPeriods: fieldIn(read('cpu.stat'), 'nr_throttled'),
          }),
    }),
    remove,
  };
}

function hasNoSwap(files: KernelFiles): boolean {
  return /^SwapTotal:\s+0 kB$/m.test(files.read('/proc/meminfo') ?? '');
}

/** The nearest group, from our own upwards, under which one with these controllers can be made; the reason of the nearest if none. */
function findParent(
  files: KernelFiles,
  own: OwnGroup,
  wanted: string[],
  name: string,
): { directory: string } | { reason: string } {
  let reason: string | null = null;
  for (let parent = own.directory; ; parent = posix.dirname(parent)) {
    const fault = enable(files, parent, wanted) ?? makeGroup(files, parent, name);
    if (fault === null) return { directory: posix.join(parent, name) };
    reason ??= fault;
    if (parent === own.mount || !parent.startsWith(own.mount)) return { reason };
    const limit = limitOf(files, parent);
    if (limit !== null) return { reason: `${reason}; and outside of it the worker would escape ${limit}` };
  }
}

function enable(files: KernelFiles, parent: string, wanted: string[]): string | null {
  const words = (file: string) => (files.read(posix.join(parent, file)) ?? '').split(/\s+/);
  const missing = wanted.filter((controller) => !words('cgroup.subtree_control').includes(controller));
  if (missing.length === 0) return null;
  const absent = missing.filter((controller) => !words('cgroup.controllers').includes(controller));
  if (absent.length > 0) return `${parent} does not have the controller ${absent.join(' and ')}`;
  try {
    files.write(posix.join(parent, 'cgroup.subtree_control'), missing.map((controller) => `+${controller}`).join(' '));
    return null;
  } catch (error) {
    return `${parent}: ${missing.join(' and ')} cannot be enabled for groups below it: ${reasonOf(error)}`;
  }
}

const LIMITS: Record<string, RegExp> = {
  'memory.max': /^\d/,
  'memory.high': /^\d/,
  'memory.swap.max': /^\d/,
  'cpu.max': /^\d/,
  'cpuset.cpus': /./,
};

function limitOf(files: KernelFiles, directory: string): string | null {
  for (const [file, limited] of Object.entries(LIMITS)) {
    const path = posix.join(directory, file);
    if (limited.test(files.read(path) ?? '')) return path;
  }
  return null;
}
