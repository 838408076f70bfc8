// View of `models inspect`: the facts of a graph, and what they add up to.
import { z } from 'zod';
import { graphFactsSchema } from '../graph-facts.js';

export const modelsInspectSchema = graphFactsSchema
  .extend({
    path: z.string(),
    tokenOperations: z
      .number()
      .nullable()
      .describe('Operations in matrix products for one token; null for a graph that reads no tokens.'),
  })
  .describe('What `edgeproof models inspect -o json` prints.');
export type ModelsInspectView = z.output<typeof modelsInspectSchema>;
