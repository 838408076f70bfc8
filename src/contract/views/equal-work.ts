// What stands beside the rank of an engine: the work that a token is for it, and its build. docs/metrics.md, "Equal work".
import { z } from 'zod';

export const engineWorkSchema = z
  .strictObject({
    weights: z.number().nullable().describe('Weights that a token is multiplied with; null in older results.'),
    bitsPerWeight: z.number().nullable().describe('Bits of weights that a token reads, for each of them.'),
    kvFormat: z.string().nullable().describe('Type of the numbers in the KV cache: float32, float16, int8 …'),
    promptGraph: z.boolean().describe('Prompts are read by a second graph, with other weights than tokens.'),
    batch: z.int().describe('Sequences that are generated at once.'),
    build: z.string().describe('Version of the runtime, with that of the engine inside it.'),
  })
  .describe('Work is equal where all but the build is: weights within 1 %, bits a weight within 10 %.');
export type EngineWork = z.output<typeof engineWorkSchema>;

export const rankSchema = z
  .array(z.strictObject({ id: z.string(), notShownSlower: z.boolean() }))
  .describe('Cases of one workload by `wholeMs`, the fastest first.');

export const engineRankingSchema = z
  .strictObject({
    isEqual: z.boolean().nullable().describe('Whether all ranked cases do equal work; null: not known of all of them.'),
    groups: z
      .array(rankSchema)
      .describe('Cases of different runtimes that do equal work, each group with its own rank.'),
  })
  .describe('Whether the ranking compares runtimes at equal work.');
