// Whether a round started with its checkpoint out of the page cache: the proof that a start was cold. Pure.
import { z } from 'zod';

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
