// How `--rounds`, `--target` and `--budget` change the rounds of a suite.
import { type Rounds, untilPreciseSchema } from '../contract/rounds.js';

export interface RoundsOverrides {
  rounds?: number | undefined;
  /** Percent. */
  target?: number | undefined;
  /** Seconds. */
  budget?: number | undefined;
}

/** `--rounds` alone is the exact number; with `--target` or `--budget` it is the minimum. */
export function overrideRounds(rounds: Rounds, { rounds: count, target, budget }: RoundsOverrides): Rounds {
  if (target === undefined && budget === undefined) return count ?? rounds;
  const known =
    typeof rounds === 'number' ? untilPreciseSchema.parse({ minimum: 1, maximum: Math.max(30, rounds) }) : rounds;
  const minimum = count ?? (typeof rounds === 'number' ? rounds : known.minimum);
  return {
    ...known,
    minimum,
    maximum: Math.max(minimum, known.maximum),
    halfWidthPercent: target ?? known.halfWidthPercent,
    budgetSeconds: budget ?? known.budgetSeconds,
  };
}

/** For a result that is continued: adds rounds, but never removes any. */
export function extendRounds(rounds: Rounds, more: RoundsOverrides): Rounds {
  const least = typeof rounds === 'number' ? rounds : 1;
  return overrideRounds(rounds, {
    ...more,
    rounds: more.rounds === undefined ? undefined : Math.max(more.rounds, least),
  });
}
