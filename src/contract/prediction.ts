// A prediction: what a case would measure, as ranges. `fit` prints it, and a run stores it with each case, so that it can be
// held against what was measured.
import { z } from 'zod';
import type { MetricName } from './metric-names.js';

export const PREDICTED_METRICS = [
  'decodeRate',
  'prefillRate',
  'ttftMs',
  'peakRssBytes',
] as const satisfies MetricName[];
export type PredictedMetric = (typeof PREDICTED_METRICS)[number];

export const rangeSchema = z.strictObject({
  value: z.number().positive(),
  low: z.number().positive().nullable().describe('null: too few measurements to say how far off it may be.'),
  high: z.number().positive().nullable(),
});
export type Range = z.output<typeof rangeSchema>;

export const predictionSchema = z
  .record(z.enum(PREDICTED_METRICS), rangeSchema.nullable())
  .describe('null: not known, with the reason in the notes.');
export type Prediction = Record<PredictedMetric, Range | null>;
