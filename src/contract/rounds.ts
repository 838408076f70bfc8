// How many rounds a case gets: a number, or as many as it takes until a metric is known well enough.
import { z } from 'zod';

/** Metrics that rounds can go on for; a case without the one asked for uses the first that it has. */
export const TARGET_METRICS = ['decodeRate', 'prefillRate', 'ttftMs', 'microMs'] as const;

const untilPrecise = z
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

export const roundsSchema = z.union([z.int().min(1), untilPrecise]);
export type Rounds = z.output<typeof roundsSchema>;
export type UntilPrecise = z.output<typeof untilPrecise>;

/** A plain number is a minimum and a maximum in one. */
export function roundsRule(rounds: Rounds): UntilPrecise {
  if (typeof rounds !== 'number') return rounds;
  return { ...untilPrecise.parse({ minimum: 1 }), minimum: rounds, maximum: rounds };
}

export interface RoundsOverrides {
  rounds?: number | undefined;
  /** Percent. */
  target?: number | undefined;
  /** Seconds. */
  budget?: number | undefined;
}

/** `--rounds` alone asks for exactly as many; with `--target` or `--budget` it is the minimum. */
export function overrideRounds(rounds: Rounds, { rounds: count, target, budget }: RoundsOverrides): Rounds {
  if (target === undefined && budget === undefined) return count ?? rounds;
  const known = typeof rounds === 'number' ? untilPrecise.parse({ minimum: 1, maximum: Math.max(30, rounds) }) : rounds;
  const minimum = count ?? (typeof rounds === 'number' ? rounds : known.minimum);
  return {
    ...known,
    minimum,
    maximum: Math.max(minimum, known.maximum),
    halfWidthPercent: target ?? known.halfWidthPercent,
    budgetSeconds: budget ?? known.budgetSeconds,
  };
}

/** For a result that is continued: rounds are added, never taken away. */
export function extendRounds(rounds: Rounds, more: RoundsOverrides): Rounds {
  const least = typeof rounds === 'number' ? rounds : 1;
  return overrideRounds(rounds, {
    ...more,
    rounds: more.rounds === undefined ? undefined : Math.max(more.rounds, least),
  });
}
