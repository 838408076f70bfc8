// View of `models inspect`: the facts of a graph, and what they add up to.
import { z } from 'zod';
import { graphFactsSchema } from '../graph-facts.js';

export const modelsInspectSchema = graphFactsSchema
  .extend({
    path: z.string(),
    tokenOperations: z.number().describe('Operations in matrix products for one token.'),
  })
  .describe('What `edgeproof models inspect -o json` prints.');
export type ModelsInspectView = z.output<typeof modelsInspectSchema>;
