// A machine as a result document stores it. No hostname, no user: results are meant to be published.
import { z } from 'zod';

const clockSchema = z.strictObject({ resolutionNs: z.number().positive(), overheadNs: z.number().positive() });

export const machineSchema = z.strictObject({
  /** Hardware slug or chosen name; the folder of this machine's results. */
  id: z.string(),
  cpu: z.string(),
  arch: z.string(),
  /** Instruction sets that decide kernel choice; null where the system does not tell. */
  instructionSets: z.array(z.string()).nullable(),
  physicalCores: z.int(),
  logicalCores: z.int(),
  /** Cores that this process may use: affinity and cgroup quota applied. */
  usableCores: z.int(),
  memoryBytes: z.int().nonnegative(),
  os: z.string(),
  /** The clock that everything is timed with: its smallest step and what one reading costs. null in older documents. */
  clock: clockSchema.nullable().default(null),
});

export type Clock = z.output<typeof clockSchema>;
/** A machine as it describes itself, without the clock. */
export type Machine = Omit<z.output<typeof machineSchema>, 'clock'>;
