// How `--rounds`, `--target` and `--budget` change the rounds of a suite.
import { type Rounds, type UntilPrecise, untilPreciseSchema } from '../contract/rounds.js';

export interface RoundsOverrides {
  rounds?: number | undefined;
  /** Percent. */
  target?: number | undefined;
  /** Seconds. */
  budget?: number | undefined;
}

const DEFAULTS = untilPreciseSchema.parse({});

/**
 * `--rounds` alone is the exact number; with `--target` or `--budget` it is the minimum. A target needs as many rounds as
 * it is planned from, unless a rule or `--rounds` asks for fewer.
 */
export function overrideRounds(rounds: Rounds, { rounds: count, target, budget }: RoundsOverrides): Rounds {
  if (target === undefined && budget === undefined) return count ?? rounds;
  const least =
    typeof rounds !== 'number' || target === undefined ? minimumOf(rounds) : Math.max(rounds, DEFAULTS.minimum);
  const known = typeof rounds === 'number' ? DEFAULTS : rounds;
  const minimum = count ?? least;
  return {
    ...known,
    minimum,
    maximum: Math.max(minimum, known.maximum),
    halfWidthPercent: target ?? known.halfWidthPercent,
    budgetSeconds: budget ?? known.budgetSeconds,
  };
}

/** For a result that is continued: adds rounds, but never removes any. A smaller target is another look at it. */
export function extendRounds(rounds: Rounds, more: RoundsOverrides): Rounds {
  const count = more.rounds === undefined ? undefined : Math.max(more.rounds, minimumOf(rounds));
  const next = overrideRounds(rounds, { ...more, rounds: count });
  if (typeof rounds === 'number') return typeof next === 'number' || more.target === undefined ? next : lookedAt(next);
  // The target stays on record.
  if (typeof next === 'number') return { ...rounds, minimum: next, maximum: next };
  return next.halfWidthPercent < rounds.halfWidthPercent ? lookedAt(next) : next;
}

function lookedAt(rule: UntilPrecise): UntilPrecise {
  return { ...rule, looks: (rule.looks ?? 1) + 1 };
}

function minimumOf(rounds: Rounds): number {
  return typeof rounds === 'number' ? rounds : rounds.minimum;
}
