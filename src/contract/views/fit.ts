// The view of `fit`: what a model would need and do on a machine that is named, and which uses that serves. docs/fit.md.
import { z } from 'zod';
import { DEVICE_CLASSES } from '../device-profile.js';
import { DTYPE_NAMES } from '../dtypes.js';
import { LAYOUT_NAMES } from '../layouts.js';
import { predictionSchema, rangeSchema } from '../prediction.js';
import { USE_METRICS, type UseMetric } from '../use-profile.js';

export const VERDICTS = ['pass', 'fail', 'not shown'] as const;
const verdict = z.enum(VERDICTS);
export type Verdict = (typeof VERDICTS)[number];

const thresholdViewSchema = z.strictObject({
  metric: z.enum(Object.keys(USE_METRICS) as [UseMetric, ...UseMetric[]]),
  better: z.enum(['higher', 'lower']),
  acceptable: z.number(),
  good: z.number(),
  predicted: rangeSchema.nullable(),
  verdict: verdict
    .nullable()
    .describe('null: `fit` never predicts it; not shown: nothing is known to predict it from here.'),
});
export type ThresholdView = z.output<typeof thresholdViewSchema>;

const useViewSchema = z.strictObject({
  use: z.string(),
  verdict: verdict.describe('fail: a threshold is missed; pass: each that is predicted is met.'),
  tooLong: z.int().nullable().describe('Tokens that it needs and that the model was not made for; null: it was.'),
  thresholds: z.array(thresholdViewSchema),
});
export type UseView = z.output<typeof useViewSchema>;

const memorySchema = z.strictObject({
  needed: rangeSchema.nullable().describe('null: nobody has published how large it is.'),
  available: z.strictObject({ low: z.number(), value: z.number(), high: z.number() }),
  fits: verdict,
});

const variantSchema = z.strictObject({
  layout: z.enum(LAYOUT_NAMES).nullable().describe('null: no graph can be planned; weights are parameters × bits.'),
  dtype: z.enum(DTYPE_NAMES),
  fileBytes: z.number().nullable(),
  kvBytesPerToken: z.number().nullable(),
  bytesPerToken: z.number().nullable().describe('Weights that a generated token reads.'),
  operationsPerToken: z.number().nullable(),
  loadBytes: z.number().nullable().describe('At the peak of loading.'),
  memory: memorySchema.describe('At the peak, with the whole context in the KV cache.'),
  prediction: predictionSchema,
  uses: z.array(useViewSchema),
});
export type FitVariant = z.output<typeof variantSchema>;

const modelSchema = z.strictObject({
  model: z.string(),
  name: z.string(),
  parameters: z.number().nullable(),
  parametersActive: z.number().nullable().describe('What a token passes through.'),
  context: z.int().nullable(),
  variants: z.array(variantSchema).min(1),
  best: z.int().nullable().describe('Place of the best variant; null: none fits.'),
  why: z.string().describe('Why it is the best, or why none fits: the arithmetic.'),
});
export type FitModel = z.output<typeof modelSchema>;

const coverageSchema = z.strictObject({ coverage: z.number(), groups: z.int() }).nullable();

export const fitSchema = z.strictObject({
  on: z.strictObject({
    kind: z.enum(['this machine', 'results', 'device']),
    id: z.string(),
    name: z.string(),
    class: z.enum(DEVICE_CLASSES).nullable(),
    threads: z.int().nullable(),
  }),
  basis: z.strictObject({
    cases: z.int().describe('Measured or published cases that the predictions follow from.'),
    architectures: z.int(),
    decode: coverageSchema,
    prefill: coverageSchema,
    memory: coverageSchema,
  }),
  lengths: z.strictObject({ prompt: z.int(), new: z.int(), depth: z.int() }).describe('What rates are predicted for.'),
  context: z.int().describe('Tokens in the KV cache that memory is predicted for.'),
  models: z.array(modelSchema),
});
export type FitView = z.output<typeof fitSchema>;
