// View of `models list`: every known model, what of it is on this disk, and whether it fits this machine.
import { z } from 'zod';
import { LAYOUT_NAMES } from '../layouts.js';
import { WEIGHTS } from '../vocabulary.js';

const modelSchema = z.strictObject({
  model: z.string(),
  name: z.string(),
  parameters: z.number().nullable(),
  license: z.string().nullable(),
  weights: z.enum(WEIGHTS).nullable().describe('null: no checkpoint of it is on this disk.'),
  layout: z.enum(LAYOUT_NAMES).nullable(),
  dtype: z.string().nullable(),
  variant: z.string().nullable(),
  bytes: z.number().nullable(),
  commit: z.string().nullable(),
  pinned: z.boolean().nullable().describe('Whether models.json vouches for the bytes; null for synthetic weights.'),
  directory: z.string().nullable(),
  fits: z.boolean().nullable(),
  neededBytes: z.number().nullable(),
  arithmetic: z.string().nullable().describe('How the needed bytes add up.'),
});
export type ListedModel = z.output<typeof modelSchema>;

export const modelsListSchema = z.array(modelSchema).describe('What `edgeproof models list -o json` prints.');

/** The models are what `-o json` prints; the rest stands below the table. */
export interface ModelsListView {
  models: ListedModel[];
  memoryBytes: number;
  contextTokens: number;
  /** The dtype that a model is judged in while it is not on this disk. */
  assumedDtype: string;
  cache: string;
  /** Why folders of the cache were passed over. */
  passedOver: string[];
}
