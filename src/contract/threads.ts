// How the number of threads was chosen: what `auto` was and why, and each search of `--tune threads`, with all it tried.
import { z } from 'zod';

const rates = z.array(z.number().positive());

const threadSearchSchema = z.strictObject({
  /** The cases that it was made for run one checkpoint in one way. */
  run: z.string(),
  workload: z.strictObject({ prompt: z.int(), new: z.int() }),
  /** Tokens a second, one value a round. */
  tried: z.array(z.strictObject({ threads: z.int().positive(), prefillRate: rates, decodeRate: rates })),
  chosen: z.int().positive(),
  why: z.string(),
});

export const threadsSchema = z.strictObject({
  auto: z.strictObject({ threads: z.int().positive(), why: z.string() }),
  searches: z.array(threadSearchSchema).default([]),
});

export type ThreadSearch = z.output<typeof threadSearchSchema>;
