// The condition of the machine during a round, as a result document stores it. machine/condition/ and page-cache.ts read it,
// stats/grade.ts grades it. Only readings are stored, so that a corrected grade applies to old files, too.
import { z } from 'zod';

const bytes = z.int().nonnegative();
const ms = z.number().nonnegative();

export const conditionSchema = z.strictObject({
  /** From just before the worker starts to its last message. */
  wallMs: ms,
  /** The CPUs that the worker may use; processor time is summed over them. */
  cpus: z.int().nonnegative(),
  /** As the kernel lists them: `0-3,8`. */
  cpuset: z.string().nullable(),
  /** The system's load averages over one minute. */
  loadAverage: z.strictObject({ before: z.number(), after: z.number() }).nullable(),
  cpuMs: z.strictObject({
    worker: ms,
    /** The process that watches. */
    edgeproof: ms,
    others: ms,
    /** Taken by the hypervisor. */
    steal: ms.nullable(),
  }),
  /** The control group's quota: cores that it may use at a time (null: all), and how long it was held back. */
  quota: z.strictObject({ cores: z.number().positive().nullable(), throttledMs: ms }).nullable(),
  frequency: z
    .strictObject({
      driver: z.string().nullable(),
      governors: z.array(z.string()),
      maxMhz: z.number().nullable(),
      /** The fastest core's clock at the end of each iteration, warm-up included. */
      mhz: z.array(z.number()),
    })
    .nullable(),
  temperature: z.strictObject({ sensor: z.string(), beforeC: z.number(), afterC: z.number() }).nullable(),
  /** Thermal throttling as the processor counts it; `ms` is the longest of any core or package. */
  throttle: z.strictObject({ events: z.int().nonnegative(), ms: ms.nullable() }).nullable(),
  /** Whether the kernel held the processor back at the end because it was hot. */
  passiveCooling: z.boolean().nullable(),
  power: z.enum(['mains', 'battery']).nullable(),
  /** Swapping of the whole system; `stallMs` is the time in which some task waited for memory. */
  memory: z.strictObject({ swappedInBytes: bytes, swappedOutBytes: bytes, stallMs: ms.nullable() }).nullable(),
  workerMajorFaults: z.int().nonnegative(),
  /** How much of the weight files lay in the page cache before the worker started. */
  residency: z.strictObject({ residentBytes: bytes, bytes }).nullable(),
  /** Why a reading is null. */
  unknown: z.record(z.string(), z.string()),
});

export type Condition = z.output<typeof conditionSchema>;

/** The state of the processor while a sustained workload runs; null where the system does not say. */
export const tracePointSchema = z.strictObject({
  /** Time since the start of the first pass. */
  atMs: z.number().nonnegative(),
  /** Clock of the core that is fastest at that moment. */
  mhz: z.number().nullable(),
  /** The processor's hottest sensor. */
  celsius: z.number().nullable(),
  /** Thermal throttling events since the first pass. */
  throttleEvents: z.int().nonnegative().nullable(),
});

export type TracePoint = z.output<typeof tracePointSchema>;

/** Whether a round started with its checkpoint out of the page cache, which proves that the start was cold. */
export const pageCacheSchema = z.strictObject({
  /** True only if not a single page was left. */
  evicted: z.boolean(),
  /** Bytes of the checkpoint's files that were left; null where that could not be read. */
  residentBytes: z.int().nonnegative().nullable(),
  method: z.string(),
  /** Why the start does not count as cold; null if it does. */
  reason: z.string().nullable(),
});

export type PageCache = z.output<typeof pageCacheSchema>;
