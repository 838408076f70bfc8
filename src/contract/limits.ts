// Limits of workers: as a suite writes them, and as a case has them.
import { z } from 'zod';
import { CPU_LIST, isGrowing } from './cpu-list.js';
import { bytesOf, LEAST_QUOTA, SIZE } from './limit-text.js';

const size = z.string().regex(SIZE, 'a size such as 512MB, 2GB or 1.5GiB');

export const limitSetSchema = z
  .strictObject({
    memory: size.optional().describe('Most memory of a worker, such as 512MB, 2GB or 1.5GiB.'),
    swap: size.optional().describe('Swap that it may use beyond memory (default 0B).'),
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

/** The limits of a case; a missing field is not limited. */
export const limitsSchema = z.strictObject({
  memoryBytes: z.int().positive().optional(),
  /** Present whenever memoryBytes is. */
  swapBytes: z.int().nonnegative().optional(),
  cpuQuota: z.number().positive().optional(),
  /** As the kernel lists them: `0-3,8`. */
  cpus: z.string().optional(),
});

export type Limits = z.output<typeof limitsSchema>;
