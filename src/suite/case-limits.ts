// A set of limits as a suite writes it → the limits of a case, and the threads that they leave it.
import { cpuList, cpuNumbers } from '../contract/cpu-list.js';
import { bytesOf } from '../contract/limit-text.js';
import type { LimitSet, Limits } from '../contract/limits.js';

/** undefined if nothing is limited. */
export function limitsOf({ memory, swap, cpuQuota, cpus }: LimitSet): Limits | undefined {
  const limits: Limits = {
    ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory)!, swapBytes: bytesOf(swap ?? '0B')! }),
    ...(cpuQuota === undefined ? {} : { cpuQuota }),
    ...(cpus === undefined ? {} : { cpus: cpuList(cpuNumbers(cpus)) }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** The threads that a limited worker can keep busy: the most that `threads: auto` may become. */
export function limitedThreads(threads: number, { cpuQuota, cpus }: Limits): number {
  const allowed = [threads, ...(cpus === undefined ? [] : [cpuNumbers(cpus).length])];
  if (cpuQuota !== undefined) allowed.push(Math.max(1, Math.floor(cpuQuota)));
  return Math.min(...allowed);
}
