// A set of limits as a suite writes it → the limits of a case, and the threads that they leave it.
import { cpuList, cpuNumbers } from '../contract/cpu-list.js';
import type { DeviceProfile } from '../contract/device-profile.js';
import { bytesOf } from '../contract/limit-text.js';
import type { LimitSet, Limits } from '../contract/limits.js';
import { coresOf, DEVICES } from './device-profiles.js';

/** undefined if nothing is limited. `threads`: the cores that this machine has for a worker. Throws profile-unknown. */
export function limitsOf({ memory, swap, cpuQuota, cpus, device }: LimitSet, threads: number): Limits | undefined {
  if (device !== undefined) return limitsOfDevice(DEVICES.named(device), threads);
  const limits: Limits = {
    ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory)!, swapBytes: bytesOf(swap ?? '0B')! }),
    ...(cpuQuota === undefined ? {} : { cpuQuota }),
    ...(cpus === undefined ? {} : { cpus: cpuList(cpuNumbers(cpus)) }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** What an application may use of its memory, and as many of its cores as there are here. */
function limitsOfDevice(profile: DeviceProfile, threads: number): Limits {
  const cores = coresOf(profile);
  return {
    memoryBytes: profile.appMemoryBytes.value,
    swapBytes: 0,
    ...(cores < threads ? { cpuQuota: cores } : {}),
    device: profile.id,
  };
}

/** The threads that a limited worker can keep busy: the most that `threads: auto` may become. */
export function limitedThreads(threads: number, { cpuQuota, cpus }: Limits): number {
  const allowed = [threads, ...(cpus === undefined ? [] : [cpuNumbers(cpus).length])];
  if (cpuQuota !== undefined) allowed.push(Math.max(1, Math.floor(cpuQuota)));
  return Math.min(...allowed);
}
