// What a worker was held to and what that did to it; result/held-limits.ts stores it.

export interface HeldLimits {
  /** `cgroup v2`, `cgroup v1`, `prlimit`, `taskset`, or two of them. */
  method: string;
  memoryBytes: number | null;
  swapBytes: number | null;
  cpuQuota: number | null;
  cpus: string | null;
  uncountedFileBytes: number | null;
  effects: LimitEffects;
}

export interface LimitEffects {
  peakBytes: number | null;
  swapPeakBytes: number | null;
  limitHits: number | null;
  oomKills: number | null;
  periods: number | null;
  throttledPeriods: number | null;
}
