// Limits of workers: as a suite writes them, as a case has them, and as a round was held to them.
import { z } from 'zod';
import { MOST_BYTES, MOST_CPUS } from './bounds.js';
import { CPU_LIST, isGrowing } from './cpu-list.js';
import { bytesOf, LEAST_QUOTA, SIZE } from './limit-text.js';

const size = z
  .string()
  .regex(SIZE, 'a size such as 512MB, 2GB or 1.5GiB')
  .refine((text) => (bytesOf(text) ?? 0) <= MOST_BYTES, '1 PiB at most');
const processors = z.string().regex(CPU_LIST, 'processors such as 0,1 or 0-3');

export const limitSetSchema = z
  .strictObject({
    memory: size.optional().describe('Most memory of a worker, such as 512MB, 2GB or 1.5GiB.'),
    swap: size.optional().describe('Swap that it may use beyond memory (default 0B).'),
    cpuQuota: z.number().min(LEAST_QUOTA).max(MOST_CPUS).optional().describe('Processor time in cores, such as 1.5.'),
    cpus: processors.optional().describe('Processors that it may run on, such as 0,1 or 0-3.'),
    device: z
      .string()
      .optional()
      .describe('The memory and the cores of a device profile (benchmarks/devices/), as far as this machine has them.'),
  })
  .refine(
    ({ device, ...others }) => device === undefined || Object.keys(others).length === 0,
    'a device sets memory and processor time itself',
  )
  .refine(({ memory }) => memory === undefined || bytesOf(memory) !== 0, 'a worker needs some memory')
  .refine(({ memory, swap }) => swap === undefined || memory !== undefined, 'swap is limited only together with memory')
  .refine(
    ({ cpus }) => cpus === undefined || !CPU_LIST.test(cpus) || isGrowing(cpus),
    `a range of cpus must grow and end below ${MOST_CPUS}`,
  );

export type LimitSet = z.output<typeof limitSetSchema>;

/** The limits of a case; a missing field is not limited. */
export const limitsSchema = z.strictObject({
  memoryBytes: z.int().positive().optional(),
  /** Present whenever memoryBytes is. */
  swapBytes: z.int().nonnegative().optional(),
  cpuQuota: z.number().positive().optional(),
  /** As the kernel lists them: `0-3,8`. */
  cpus: z.string().optional(),
  /** The id of the device whose memory and cores these are. */
  device: z.string().optional(),
});

export type Limits = z.output<typeof limitsSchema>;

const bytes = z.int().nonnegative();
const count = z.int().nonnegative();

/** The limits that a worker was held to, and what they did to it. */
export const heldLimitsSchema = z.strictObject({
  /** `cgroup v2`, `cgroup v1`, `prlimit`, `taskset`, or two of them. */
  method: z.string(),
  /** Read back from the kernel, which counts in pages. null: not limited. */
  memoryBytes: bytes.nullable(),
  /** null: not limited. */
  swapBytes: bytes.nullable(),
  cpuQuota: z.number().positive().nullable(),
  cpus: z.string().nullable(),
  /** The part of the checkpoint's files that was in the page cache before: the worker reads it without being charged. */
  uncountedFileBytes: bytes.nullable(),
  /** What the limits did; null where the system does not say, or there is no such limit. */
  effects: z.strictObject({
    /** The most memory that it held, page cache of its files included. */
    peakBytes: bytes.nullable(),
    swapPeakBytes: bytes.nullable(),
    /** How often it reached the limit and memory was reclaimed. */
    limitHits: count.nullable(),
    oomKills: count.nullable(),
    /** Periods of the quota in which it wanted to run, and those in which it was held back. */
    periods: count.nullable(),
    throttledPeriods: count.nullable(),
  }),
});

export type HeldLimits = z.output<typeof heldLimitsSchema>;
export type LimitEffects = HeldLimits['effects'];
