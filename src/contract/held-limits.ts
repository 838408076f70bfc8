// The limits that a worker was held to, and what they did to it, as a result document stores them.
import { z } from 'zod';

const bytes = z.int().nonnegative();
const count = z.int().nonnegative();

export const heldLimitsSchema = z.strictObject({
  /** `cgroup v2`, `cgroup v1`, `prlimit`, `taskset`, or two of them. */
  method: z.string(),
  /** As read back: the kernel counts memory in pages. null: not limited. */
  memoryBytes: bytes.nullable(),
  /** null: not limited, or by no number. */
  swapBytes: bytes.nullable(),
  cpuQuota: z.number().positive().nullable(),
  cpus: z.string().nullable(),
  /** Of the checkpoint's files, in the page cache before the worker was started: these it reads without being charged. */
  uncountedFileBytes: bytes.nullable(),
  /** null where the system does not tell, or there is no such limit. */
  effects: z.strictObject({
    /** Held at most, the page cache of its files included. */
    peakBytes: bytes.nullable(),
    swapPeakBytes: bytes.nullable(),
    /** How often it reached the limit, and memory was taken back from it. */
    limitHits: count.nullable(),
    oomKills: count.nullable(),
    /** Of the quota: periods in which it wanted to run, and those in which it was held back. */
    periods: count.nullable(),
    throttledPeriods: count.nullable(),
  }),
});

export type HeldLimits = z.output<typeof heldLimitsSchema>;
export type LimitEffects = HeldLimits['effects'];
