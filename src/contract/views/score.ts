// The view of `fit --score`: how far predictions are from what was measured, here and elsewhere. docs/fit.md.
import { z } from 'zod';
import { PREDICTED_METRICS } from '../prediction.js';

const errorsSchema = z
  .record(z.enum(PREDICTED_METRICS), z.number().nullable())
  .describe('measured ÷ predicted − 1; null where one of them is not known.');

const rowSchema = z.strictObject({
  on: z.string().describe('The machine, or the device and its engine.'),
  group: z.string().describe('The class of the device, or how the model was run.'),
  model: z.string(),
  family: z.string(),
  workload: z.string(),
  measured: z.record(z.enum(PREDICTED_METRICS), z.number().nullable()),
  errors: errorsSchema,
  outlier: z.string().nullable().describe('Why nothing is fitted to it.'),
  note: z.string().nullable(),
});
export type ScoreRow = z.output<typeof rowSchema>;

const summarySchema = z.strictObject({
  n: z.int(),
  within: z.record(
    z.enum(PREDICTED_METRICS),
    z.strictObject({ n: z.int(), limit: z.number(), inside: z.int() }).nullable(),
  ),
  medianError: errorsSchema.describe('Signed: above 0, predictions are too low.'),
  largest: errorsSchema.describe('The largest magnitude, signed.'),
});
export type ScoreSummary = z.output<typeof summarySchema>;

const partSchema = z.strictObject({
  leftOut: z.enum(['model', 'architecture']),
  rows: z.array(rowSchema),
  summary: summarySchema,
  byGroup: z.array(z.strictObject({ group: z.string(), summary: summarySchema })),
});
export type ScorePart = z.output<typeof partSchema>;

export const scoreSchema = z.strictObject({
  own: z
    .array(
      partSchema.extend({
        machine: z.string(),
        stored: summarySchema
          .nullable()
          .describe('What runs stored as predicted, before they measured; null: none did.'),
      }),
    )
    .describe('Each machine whose results are here.'),
  published: partSchema,
});
export type ScoreView = z.output<typeof scoreSchema>;
