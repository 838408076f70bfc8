// Limits that a worker runs under, as a dimension of a suite: how they are written, read and named in a case.
import { z } from 'zod';
import { CPU_LIST, cpuList, cpuNumbers, isGrowing } from './cpu-list.js';

const UNITS: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|KiB|MiB|GiB)$/;
/** The kernel refuses a quota of less than 1 ms in every 100. */
export const LEAST_QUOTA = 0.01;

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

/** undefined where nothing is limited. */
export function limitsOf({ memory, swap, cpuQuota, cpus }: LimitSet): Limits | undefined {
  const limits: Limits = {
    ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory)!, swapBytes: bytesOf(swap ?? '0B')! }),
    ...(cpuQuota === undefined ? {} : { cpuQuota }),
    ...(cpus === undefined ? {} : { cpus: cpuList(cpuNumbers(cpus)) }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** The dimensions of a case, by the names of their command-line options. */
export function limitDimensions(limits: Limits | undefined): Record<string, string> {
  const { memoryBytes, swapBytes, cpuQuota, cpus } = limits ?? {};
  return {
    ...(memoryBytes === undefined ? {} : { 'memory-limit': sizeWord(memoryBytes) }),
    ...(swapBytes === undefined || swapBytes === 0 ? {} : { 'swap-limit': sizeWord(swapBytes) }),
    ...(cpuQuota === undefined ? {} : { 'cpu-quota': String(cpuQuota) }),
    ...(cpus === undefined ? {} : { cpus }),
  };
}

/** Threads that a limited worker can keep busy: `threads: auto` is never more than that. */
export function limitedThreads(threads: number, { cpuQuota, cpus }: Limits): number {
  const allowed = [threads, ...(cpus === undefined ? [] : [cpuNumbers(cpus).length])];
  if (cpuQuota !== undefined) allowed.push(Math.max(1, Math.floor(cpuQuota)));
  return Math.min(...allowed);
}

/** null for what is no size. */
export function bytesOf(text: string): number | null {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  return amount === undefined ? null : Math.round(Number(amount) * UNITS[unit!]!);
}

/** The shortest exact name of a size, whatever unit it was given in: `2GB`, `1536MiB`. */
export function sizeWord(bytes: number): string {
  const exact = Object.entries(UNITS)
    .filter(([, unit]) => bytes % unit === 0)
    .map(([name, unit]) => `${bytes / unit}${name}`);
  return exact.reduce((best, word) => (word.length < best.length ? word : best));
}
