// Control groups (cgroup v1) for one worker, below our own: one in the hierarchy of each controller that a limit needs.
import { posix } from 'node:path';
import { reasonOf } from '../../errors.js';
import { countIn, numberField } from '../kernel-text.js';
import {
  type ControlFiles,
  type Group,
  type GroupLimits,
  makeGroup,
  newGroupName,
  ownGroup,
  PERIOD_US,
  removeGroup,
} from './group.js';

const BOTH = 'memory.memsw.limit_in_bytes';

/** Returns the reason as a sentence where they cannot be created. */
export function createGroupV1(files: ControlFiles, limits: GroupLimits): Group | string {
  const name = newGroupName();
  const made: string[] = [];
  const remove = () => made.map((directory) => removeGroup(files, directory)).every(Boolean);
  const make = (controller: string): string => {
    const own = ownGroup(files, controller);
    if (own === null) throw new Error(`cgroup v1 has no controller ${controller} here`);
    const fault = makeGroup(files, own.directory, name);
    if (fault !== null) throw new Error(fault);
    made.push(posix.join(own.directory, name));
    return made.at(-1)!;
  };
  let memory: string | null = null;
  let cpu: string | null = null;
  try {
    if (limits.memoryBytes !== undefined) {
      memory = make('memory');
      limitMemory(files, memory, limits.memoryBytes, limits.swapBytes ?? 0);
    }
    if (limits.cpuQuota !== undefined) {
      cpu = make('cpu');
      files.write(posix.join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
      files.write(posix.join(cpu, 'cpu.cfs_quota_us'), String(Math.round(limits.cpuQuota * PERIOD_US)));
    }
  } catch (error) {
    remove();
    return reasonOf(error);
  }
  const read = (directory: string | null, file: string) =>
    directory === null ? null : files.read(posix.join(directory, file));
  const quota = countIn(read(cpu, 'cpu.cfs_quota_us'));
  const period = countIn(read(cpu, 'cpu.cfs_period_us'));
  const memoryBytes = countIn(read(memory, 'memory.limit_in_bytes'));
  const both = limits.swapBytes ? countIn(read(memory, BOTH)) : memoryBytes;
  return {
    method: 'cgroup v1',
    entrances: made.map((directory) => posix.join(directory, 'cgroup.procs')),
    memoryBytes,
    swapBytes: memoryBytes === null || both === null ? null : both - memoryBytes,
    cpuQuota: quota === null || period === null ? null : quota / period,
    swapNow: () => numberField(read(memory, 'memory.stat'), 'swap'),
    effects: () => ({
      peakBytes: countIn(read(memory, 'memory.max_usage_in_bytes')),
      swapPeakBytes: null,
      limitHits: limitHits(read(memory, 'memory.failcnt'), read(memory, 'memory.memsw.failcnt')),
      oomKills: numberField(read(memory, 'memory.oom_control'), 'oom_kill'),
      periods: numberField(read(cpu, 'cpu.stat'), 'nr_periods'),
      throttledPeriods: numberField(read(cpu, 'cpu.stat'), 'nr_throttled'),
    }),
    remove,
  };
}

/** Version 1 has no limit for swap alone, only one for memory and swap together. No swap at all is set by swappiness. */
function limitMemory(files: ControlFiles, directory: string, memoryBytes: number, swapBytes: number): void {
  const path = (file: string) => posix.join(directory, file);
  files.write(path('memory.limit_in_bytes'), String(memoryBytes));
  if (swapBytes === 0) files.write(path('memory.swappiness'), '0');
  else if (files.read(path(BOTH)) === null) throw new Error('the kernel does not count swap (swapaccount=0)');
  else files.write(path(BOTH), String(memoryBytes + swapBytes));
}

/** Hits of the limit for memory plus those of the limit for memory and swap together, which is reached when swap is full. */
function limitHits(memory: string | null, both: string | null): number | null {
  const [alone, together] = [countIn(memory), countIn(both)];
  return alone === null ? null : alone + (together ?? 0);
}
