// View of `regress`: its answer finding by finding, with the figures that led to it.
import type { z } from 'zod';
import { compareSchema } from './compare.js';
import { gateSchema } from './gate.js';
import { pairsSchema } from './pairs.js';

export const regressSchema = gateSchema
  .extend({
    comparison: compareSchema
      .nullable()
      .describe('Of the stored results; null where another installation ran the cases without a stored baseline.'),
    pairs: pairsSchema.nullable().describe('With --confirm; null where no pairs were run.'),
  })
  .describe('What `edgeproof regress -o json` prints.');
export type RegressView = z.output<typeof regressSchema>;
