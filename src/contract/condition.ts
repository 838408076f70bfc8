// The condition of the machine during a round as a result document stores it; read by machine/condition/ and page-cache.ts,
// graded by stats/grade.ts. Readings only: a grade that is thought over again re-reads old files.
import { z } from 'zod';

const bytes = z.int().nonnegative();
const ms = z.number().nonnegative();

export const conditionSchema = z.strictObject({
  /** From before the worker was started to its last word. */
  wallMs: ms,
  /** The CPUs that the worker may use; processor time is summed over them. */
  cpus: z.int().nonnegative(),
  /** As the kernel lists them: `0-3,8`. */
  cpuset: z.string().nullable(),
  /** Of one minute. */
  loadAverage: z.strictObject({ before: z.number(), after: z.number() }).nullable(),
  cpuMs: z.strictObject({
    worker: ms,
    /** The process that watches. */
    edgeproof: ms,
    others: ms,
    /** Taken by the hypervisor. */
    steal: ms.nullable(),
  }),
  /** Of the control group: cores that it may use at a time (null: all), and how long it was held back. */
  quota: z.strictObject({ cores: z.number().positive().nullable(), throttledMs: ms }).nullable(),
  frequency: z
    .strictObject({
      driver: z.string().nullable(),
      governors: z.array(z.string()),
      maxMhz: z.number().nullable(),
      /** Of the core that was fastest at the end of each iteration, warm-up included. */
      mhz: z.array(z.number()),
    })
    .nullable(),
  temperature: z.strictObject({ sensor: z.string(), beforeC: z.number(), afterC: z.number() }).nullable(),
  /** Thermal throttling as the processor counts it; the time is that of the core or package with the longest. */
  throttle: z.strictObject({ events: z.int().nonnegative(), ms: ms.nullable() }).nullable(),
  /** Whether the kernel held the processor back at the end because it was hot. */
  passiveCooling: z.boolean().nullable(),
  power: z.enum(['mains', 'battery']).nullable(),
  /** Of the whole system; stallMs is the time in which a task waited for memory. */
  memory: z.strictObject({ swappedInBytes: bytes, swappedOutBytes: bytes, stallMs: ms.nullable() }).nullable(),
  workerMajorFaults: z.int().nonnegative(),
  /** Of the files of the weights, in the page cache before the worker was started. */
  residency: z.strictObject({ residentBytes: bytes, bytes }).nullable(),
  /** Why a reading is null. */
  unknown: z.record(z.string(), z.string()),
});

export type Condition = z.output<typeof conditionSchema>;

/** The state of the processor while a sustained workload runs. Unknown is null. */
export const tracePointSchema = z.strictObject({
  /** After the start of the first pass. */
  atMs: z.number().nonnegative(),
  /** Of the core that is fastest at that moment. */
  mhz: z.number().nullable(),
  /** Of the hottest sensor of the processor. */
  celsius: z.number().nullable(),
  /** Thermal throttling that the processor has counted since the first pass. */
  throttleEvents: z.int().nonnegative().nullable(),
});

export type TracePoint = z.output<typeof tracePointSchema>;

/** Whether a round started with its checkpoint out of the page cache: the proof that a start was cold. */
export const pageCacheSchema = z.strictObject({
  /** True only where not one page was left. */
  evicted: z.boolean(),
  /** What was left of the checkpoint's files; null where it could not be told. */
  residentBytes: z.int().nonnegative().nullable(),
  method: z.string(),
  /** Why a cold start was refused. */
  reason: z.string().nullable(),
});

export type PageCache = z.output<typeof pageCacheSchema>;
