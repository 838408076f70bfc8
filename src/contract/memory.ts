// Memory of a worker by phase, as a result document stores it. machine/process-memory.ts and the worker itself read it.
import { z } from 'zod';

const bytes = z.int().nonnegative();

/** One moment, read by the worker itself; null where its system does not say. */
export const momentMemorySchema = z.strictObject({
  rssBytes: bytes,
  pssBytes: bytes.nullable(),
  anonymousBytes: bytes.nullable(),
  swapBytes: bytes.nullable(),
});

export const phaseMemorySchema = z.strictObject({
  peakRssBytes: bytes,
  peakAnonymousBytes: bytes.nullable(),
  peakFileBytes: bytes.nullable(),
  peakSwapBytes: bytes.nullable().default(null),
  /** At the end of the phase; null for phases that end inside a timed region. */
  end: momentMemorySchema.nullable().default(null),
});

export type MomentMemory = z.output<typeof momentMemorySchema>;
export type PhaseMemory = z.output<typeof phaseMemorySchema>;

/** GPU memory that the worker holds after its last iteration; null where that cannot be read, with the reason in `method`. */
export const deviceMemorySchema = z.strictObject({ usedBytes: bytes.nullable(), method: z.string() });
export type DeviceMemory = z.output<typeof deviceMemorySchema>;
