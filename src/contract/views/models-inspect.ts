// View of `models inspect`: the facts of a graph, and what they add up to.
import { z } from 'zod';
import { graphFactsSchema } from '../graph-facts.js';

export const modelsInspectSchema = graphFactsSchema
  .extend({
    path: z.string().describe('The file, or the name of the checkpoint that would be written.'),
    planned: z.boolean().describe('Whether the facts are those of the plan, so that no file was read.'),
    tokenOperations: z
      .number()
      .nullable()
      .describe('Operations in matrix products for one token; null for a graph that reads no tokens.'),
  })
  .describe('What `edgeproof models inspect -o json` prints.');
export type ModelsInspectView = z.output<typeof modelsInspectSchema>;
