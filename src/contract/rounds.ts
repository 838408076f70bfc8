// How many rounds a case gets: a number, or as many as its first rounds say that a metric needs to be precise.
import { z } from 'zod';
import { BOUNDS, MOST_TIMEOUT_SECONDS } from './bounds.js';
import { wholeNumber } from './whole-number.js';

/** Metrics that can decide when to stop; a case without the chosen one uses the first of these that it has. */
export const TARGET_METRICS = ['decodeRate', 'prefillRate', 'ttftMs', 'microMs'] as const;

const positive = z.number().positive();

export const untilPreciseSchema = z
  .strictObject({
    minimum: wholeNumber(BOUNDS.rounds)
      .default(8)
      .describe(
        'Rounds that every case gets, even beyond the budget. The first 8 of them, or all, plan how many follow.',
      ),
    maximum: wholeNumber(BOUNDS.rounds).default(30).describe('Most rounds of a case.'),
    halfWidthPercent: positive
      .max(100)
      .default(2)
      .describe('The target: half the 95 % interval, as a share of the median.'),
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
    looks: z
      .int()
      .min(1)
      .optional()
      .describe('Set by --resume: how often a target was planned for. From 2 on, intervals are 1.2 times as wide.'),
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
