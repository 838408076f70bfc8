// How many rounds a case gets: a number, or as many as it takes until a metric is known well enough.
import { z } from 'zod';

/** Metrics that rounds can go on for; a case without the one asked for uses the first that it has. */
export const TARGET_METRICS = ['decodeRate', 'prefillRate', 'ttftMs', 'microMs'] as const;

export const untilPreciseSchema = z
  .strictObject({
    minimum: z.int().min(1).default(5).describe('Rounds that every case gets, whatever the budget.'),
    maximum: z.int().min(1).default(30).describe('Rounds that no case exceeds.'),
    halfWidthPercent: z.number().positive().default(2).describe('Enough: half the 95 % interval, of the median.'),
    metric: z.enum(TARGET_METRICS).default('decodeRate').describe('The metric whose interval counts.'),
    minimumSeconds: z.number().min(0).default(0).describe('Timed seconds that every case gets at least.'),
    budgetSeconds: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('No round beyond the minimum starts later than this after the first.'),
  })
  .refine(({ minimum, maximum }) => minimum <= maximum, { path: ['maximum'], message: 'at least the minimum' });

export const roundsSchema = z.union([z.int().min(1), untilPreciseSchema]);
export type Rounds = z.output<typeof roundsSchema>;
export type UntilPrecise = z.output<typeof untilPreciseSchema>;

/** A plain number is a minimum and a maximum in one. */
export function roundsRule(rounds: Rounds): UntilPrecise {
  if (typeof rounds !== 'number') return rounds;
  return { ...untilPreciseSchema.parse({ minimum: 1 }), minimum: rounds, maximum: rounds };
}
