// A control group (cgroup v2) for one worker: below our own group, or beside it, since a group that holds processes may not
// have groups below it. It never leaves a group that limits us, and enables controllers only where that is allowed.
import { posix } from 'node:path';
import { reasonOf } from '../../errors.js';
import { countIn, numberField } from '../kernel-text.js';
import {
  type ControlFiles,
  type Group,
  type GroupLimits,
  makeGroup,
  newGroupName,
  type OwnGroup,
  ownGroup,
  PERIOD_US,
  removeGroup,
} from './group.js';

/** Returns the reason as a sentence where it cannot be created. */
export function createGroupV2(files: ControlFiles, limits: GroupLimits): Group | string {
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
      // The file is absent where the kernel does not count swap. Then the limit holds only on a machine without swap.
      const counted = read('memory.swap.max') !== null;
      if (counted) files.write(path('memory.swap.max'), String(limits.swapBytes ?? 0));
      else if (numberField(files.read('/proc/meminfo'), 'SwapTotal') !== 0)
        throw new Error('the kernel does not count swap (swapaccount=0)');
    }
    if (limits.cpuQuota !== undefined) {
      files.write(path('cpu.max'), `${Math.round(limits.cpuQuota * PERIOD_US)} ${PERIOD_US}`);
    }
  } catch (error) {
    remove();
    return `${directory}: ${reasonOf(error)}`;
  }
  const ofMemory = (file: string) => (limits.memoryBytes === undefined ? null : read(file));
  const ofCpu = (file: string) => (limits.cpuQuota === undefined ? null : read(file));
  const [quota, period] = (ofCpu('cpu.max') ?? '').split(' ').map(countIn);
  return {
    method: 'cgroup v2',
    entrances: [path('cgroup.procs')],
    memoryBytes: countIn(ofMemory('memory.max')),
    swapBytes: limits.memoryBytes === undefined ? null : (countIn(read('memory.swap.max')) ?? 0),
    cpuQuota: quota != null && period != null ? quota / period : null,
    swapNow: () => countIn(read('memory.swap.current')),
    effects: () => ({
      peakBytes: countIn(ofMemory('memory.peak')),
      swapPeakBytes: countIn(ofMemory('memory.swap.peak')),
      limitHits: numberField(ofMemory('memory.events'), 'max'),
      oomKills: numberField(ofMemory('memory.events'), 'oom_kill'),
      periods: numberField(ofCpu('cpu.stat'), 'nr_periods'),
      throttledPeriods: numberField(ofCpu('cpu.stat'), 'nr_throttled'),
    }),
    remove,
  };
}

/** The nearest group, from our own upwards, below which a group with these controllers can be created. */
function findParent(
  files: ControlFiles,
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

function enable(files: ControlFiles, parent: string, wanted: string[]): string | null {
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

function limitOf(files: ControlFiles, directory: string): string | null {
  for (const [file, limited] of Object.entries(LIMITS)) {
    const path = posix.join(directory, file);
    if (limited.test(files.read(path) ?? '')) return path;
  }
  return null;
}
