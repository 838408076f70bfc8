// Figures that several views have in common: a median with its interval, the metrics of a case, tokens compared.
import { z } from 'zod';
import { METRIC_NAMES } from '../metric-names.js';

export const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  method: z.enum(['bootstrap', 'Student t']).describe('Two values are too few for a bootstrap.'),
});
export type Interval = z.output<typeof intervalSchema>;

export const summarySchema = z.strictObject({
  n: z.int().positive(),
  median: z.number(),
  interval: intervalSchema.nullable().describe('95 % interval of the median; null for a single value.'),
});
export type Summary = z.output<typeof summarySchema>;

export type PhaseWithCeiling = 'prefill' | 'decode';

export const metricSchema = z.strictObject({
  unit: z.enum(['ms', 'tok/s', 'bytes', 'J/tok']),
  better: z.enum(['higher', 'lower']),
  rounds: z.int().positive().describe('Rounds that gave a value.'),
  median: z.number(),
  interval95: intervalSchema.nullable(),
  apart: z.array(z.int()).describe('Indices of rounds that stand apart from the others. They count all the same.'),
  apartValues: z.array(z.number()).describe('The value of each of these rounds.'),
});
export type MetricFigures = z.output<typeof metricSchema>;

export const sittingDriftSchema = z.strictObject({
  metric: z.enum(METRIC_NAMES),
  rounds: z.int().positive(),
  change: z.number().describe('Relative, from the first round to the last: the Theil–Sen slope of the logarithms.'),
  adjustedP: z.number().describe('Adjusted for all metrics of all cases (step-down max-T over the orders of rounds).'),
  isShown: z.boolean().describe('adjustedP ≤ 0.05, and the change reaches the minimum effect of the metric.'),
});
export type SittingDrift = z.output<typeof sittingDriftSchema>;

export const paritySchema = z.strictObject({
  tokens: z.int().describe('Tokens that were compared.'),
  firstDivergence: z.int().nullable().describe('Place of the first token that differs, from 0.'),
  gap: z
    .number()
    .nullable()
    .describe('Between the two tokens there, in standard deviations of the logits; null where no logits are stored.'),
  gapIsLarger: z.boolean().describe('The gap itself is not stored; it is larger than `gap`.'),
  tolerance: z.number().describe('The largest gap that counts as rounding.'),
  spread: z
    .number()
    .nullable()
    .describe(
      'How far the gaps of all stored rivals are apart up to there, as a root mean square; null: one side shows no logits.',
    ),
  verdict: z
    .enum(['same', 'near-tie', 'not shown', 'different'])
    .describe(
      'not shown: rounding may explain the other tokens, but here it is so large that a fault could hide in it.',
    ),
});
export type Parity = z.output<typeof paritySchema>;

const multipliedSchema = z
  .strictObject({
    tokens: z.number().describe('How many tokens of the common prompt and behind it had to go through the layers.'),
    seen: z.number().describe('How many tokens the matrix products saw.'),
    operations: z
      .number()
      .nullable()
      .describe('What the products took by their real shapes; null where they do not tell.'),
    leastOperations: z.number().nullable().describe('What the graph needs for these tokens at the least.'),
    isWhole: z.boolean().describe('Neither fewer tokens nor fewer operations than needed.'),
  })
  .describe('The matrix products in a profile of the path that rounds time.');
export type Multiplied = z.output<typeof multipliedSchema>;

export const workSchema = z.strictObject({
  otherPasses: z.number().describe('How far the logits behind the common prompt move when passes have another length.'),
  otherText: z.number().describe('The same when all but the end of the prompt is another text.'),
  multiplied: multipliedSchema.nullable(),
  proven: z
    .boolean()
    .describe('The text decides far more than the passes, and no product is missing, so the whole prompt was read.'),
});
export type Work = z.output<typeof workSchema>;
