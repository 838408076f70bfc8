// The control group that one worker runs in, as cgroup-v2.ts and cgroup-v1.ts both create it.
import type { HeldLimits, LimitEffects, Limits } from '../../contract/limits.js';

/** The limits are as the kernel reports them after they were written; null: not limited. */
export interface Group extends Pick<HeldLimits, 'memoryBytes' | 'swapBytes' | 'cpuQuota'> {
  method: 'cgroup v2' | 'cgroup v1';
  /** A process enters the group by writing its number into these files. */
  entrances: string[];
  /** Swap in use; null where the kernel does not report it. */
  swapNow(): number | null;
  effects(): LimitEffects;
  /** Returns false while something still runs in it. */
  remove(): boolean;
}

/** Processors are left to taskset. */
export type GroupLimits = Omit<Limits, 'cpus'>;

/** The period of a quota, as the kernel has it by default. */
export const PERIOD_US = 100_000;

export const NO_EFFECTS: LimitEffects = {
  peakBytes: null,
  swapPeakBytes: null,
  limitHits: null,
  oomKills: null,
  periods: null,
  throttledPeriods: null,
};
