// Memory of a phase as a result document stores it; read by machine/process-memory.ts and by the worker itself.
import { z } from 'zod';

const bytes = z.int().nonnegative();

/** One moment, read by the worker itself; null is what its system does not tell. */
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
  /** When the phase was over; null for phases that end inside a timed region. */
  end: momentMemorySchema.nullable().default(null),
});

export type MomentMemory = z.output<typeof momentMemorySchema>;
export type PhaseMemory = z.output<typeof phaseMemorySchema>;

/** What the process holds of the GPU when its last iteration is over; null where that cannot be read, and why. */
export const deviceMemorySchema = z.strictObject({ usedBytes: bytes.nullable(), method: z.string() });
export type DeviceMemory = z.output<typeof deviceMemorySchema>;
