// Limits that a worker runs under, as a dimension of a suite: how they are written, read and named in a case.
import { z } from 'zod';
import { CPU_LIST, isGrowing } from './cpu-list.js';
import { bytesOf, LEAST_QUOTA, SIZE } from './limit-text.js';

const size = z.string().regex(SIZE, 'a size such as 512MB, 2GB or 1.5GiB');

export const limitSetSchema = z
  .strictObject({
    memory: size.optional().describe('Memory that the worker may hold, such as 512MB, 2GB or 1.5GiB.'),
    swap: size.optional().describe('Swap that it may use beyond that (default 0B); only with memory.'),
    cpuQuota: z.number().min(LEAST_QUOTA).optional().describe('Processor time in cores, such as 1.5.'),
    cpus: z
      .string()
      .regex(CPU_LIST, 'processors such as 0,1 or 0-3')
      .optional()
      .describe('Processors that it may run on, such as 0,1 or 0-3.'),
  })
  .refine(({ memory }) => memory === undefined || bytesOf(memory) !== 0, 'a worker needs some memory')
  .refine(({ memory, swap }) => swap === undefined || memory !== undefined, 'swap is limited only together with memory')
  .refine(({ cpus }) => cpus === undefined || !CPU_LIST.test(cpus) || isGrowing(cpus), 'a range of cpus must grow');

export type LimitSet = z.output<typeof limitSetSchema>;

/** What a case is limited to; what is left out is not limited. */
export const limitsSchema = z.strictObject({
  memoryBytes: z.int().positive().optional(),
  /** Given whenever memory is. */
  swapBytes: z.int().nonnegative().optional(),
  cpuQuota: z.number().positive().optional(),
  /** As the kernel lists them: `0-3,8`. */
  cpus: z.string().optional(),
});

export type Limits = z.output<typeof limitsSchema>;
