// How many rounds a case gets: a number, or as many as a metric needs to be precise.
import { z } from 'zod';
import { BOUNDS, MOST_TIMEOUT_SECONDS } from './bounds.js';
import { wholeNumber } from './whole-number.js';

/** Metrics that can decide when to stop; a case without the chosen one uses the first of these that it has. */
export const TARGET_METRICS = ['decodeRate', 'prefillRate', 'ttftMs', 'microMs'] as const;

const positive = z.number().positive();

export const untilPreciseSchema = z
  .strictObject({
    minimum: wholeNumber(BOUNDS.rounds).default(5).describe('Rounds that every case gets, even beyond the budget.'),
    maximum: wholeNumber(BOUNDS.rounds).default(30).describe('Most rounds of a case.'),
    halfWidthPercent: positive
      .max(100)
      .default(2)
      .describe('Precise enough: half the 95 % interval is at most this share of the median.'),
    metric: z.enum(TARGET_METRICS).default('decodeRate').describe('The metric whose interval counts.'),
    minimumSeconds: z
      .number()
      .min(0)
      .max(MOST_TIMEOUT_SECONDS)
      .default(0)
      .describe('Least timed seconds of every case.'),
    budgetSeconds: positive
      .max(MOST_TIMEOUT_SECONDS)
      .nullable()
      .default(null)
      .describe('After this time no round beyond the minimum is started.'),
  })
  .refine(({ minimum, maximum }) => minimum <= maximum, { path: ['maximum'], message: 'at least the minimum' });

export const roundsSchema = z.union([wholeNumber(BOUNDS.rounds), untilPreciseSchema]);
export type Rounds = z.output<typeof roundsSchema>;
export type UntilPrecise = z.output<typeof untilPreciseSchema>;

/** A plain number is both minimum and maximum. */
export function roundsRule(rounds: Rounds): UntilPrecise {
  if (typeof rounds !== 'number') return rounds;
  return { ...untilPreciseSchema.parse({ minimum: 1 }), minimum: rounds, maximum: rounds };
}
