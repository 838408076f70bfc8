// A control group that one worker runs in: what cgroup-v2.ts and cgroup-v1.ts both give.
import type { LimitEffects } from '../../contract/held-limits.js';

export interface Group {
  method: 'cgroup v2' | 'cgroup v1';
  /** Files that a process writes its number into to enter. */
  entrances: string[];
  /** As the kernel says after they were written; null: not limited. */
  memoryBytes: number | null;
  swapBytes: number | null;
  cpuQuota: number | null;
  /** Now in swap; null where it is not told. */
  swapNow(): number | null;
  effects(): LimitEffects;
  /** false while something still runs in it. */
  remove(): boolean;
}

/** What a group can limit: `cpus` is left to taskset. */
export interface GroupLimits {
  memoryBytes?: number;
  swapBytes?: number;
  cpuQuota?: number;
}

/** Of the quota, as the kernel has it unless told. */

export const PERIOD_US = 100_000;

export const NO_EFFECTS: LimitEffects = {
  peakBytes: null,
  swapPeakBytes: null,
  limitHits: null,
  oomKills: null,
  periods: null,
  throttledPeriods: null,
};
