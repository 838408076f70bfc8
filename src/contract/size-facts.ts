// What decides the speed and memory of a model before anything is built: counts that follow from its graph.
import { z } from 'zod';
import { workSchema } from './work.js';

export const sizeFactsSchema = z.strictObject({
  parameters: z.number(),
  /** What one token passes through; of a mixture of experts only the chosen ones. */
  parametersActive: z.number(),
  /** All weights as they lie in the file. */
  weightBytes: z.number(),
  kvBytesPerToken: z.number(),
  /** The head is the embedding, which kernels that pack weights keep a second time. */
  tiedHead: z.boolean(),
  work: workSchema,
});

export type SizeFacts = z.output<typeof sizeFactsSchema>;
