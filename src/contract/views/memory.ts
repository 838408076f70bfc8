// View of `show --memory`: memory of each case phase by phase, the moment of its peak, and the KV cache.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { phaseMemorySchema } from '../memory.js';

export const peakMemoryByPhaseSchema = z
  .record(z.string(), phaseMemorySchema)
  .describe('The highest value of each phase over all rounds, in the order of the phases.');

export const peakMomentSchema = z.strictObject({
  phase: z.string(),
  bytes: z.int(),
  leftBytes: z.int().nullable().describe('What was left when the phase was over; null where that is not known.'),
});
export type PeakMoment = z.output<typeof peakMomentSchema>;

export const kvMemorySchema = z.strictObject({
  tokens: z.int(),
  predictedBytes: z
    .number()
    .nullable()
    .describe("The graph's cache tensors for all positions of the case; null where the graph does not tell."),
  observedBytes: z
    .number()
    .nullable()
    .describe('Growth of anonymous memory from the loaded model to the end of `until`, activations included.'),
  until: z.string().nullable(),
});
export type KvMemory = z.output<typeof kvMemorySchema>;

export const memoryCasesSchema = z
  .array(
    z.strictObject({
      id: z.string(),
      key: caseKeySchema,
      phases: peakMemoryByPhaseSchema,
      peak: peakMomentSchema.nullable(),
      kv: kvMemorySchema.nullable(),
    }),
  )
  .describe('What `edgeproof show --memory -o json` prints.');

/** The cases are what `-o json` prints; the rest stands in the heading of the table. */
export interface MemoryView {
  suite: string;
  path: string | null;
  methods: string[];
  cases: z.output<typeof memoryCasesSchema>;
}
