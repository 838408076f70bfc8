// How long a run will still take: the rounds that each case is expected to want, at what its rounds take. Pure.
import { type CaseResult, okRounds } from '../contract/result.js';
import type { UntilPrecise } from '../contract/rounds.js';
import { expectedRounds, isEnough } from './enough.js';
import { medianOfKnown } from './summary.js';

/** With fewer rounds, their spread says little about how many are needed. */
const TELLING_ROUNDS = 3;

export interface CaseForecast {
  result: CaseResult;
  /** Wall time of its rounds in this run. */
  measuredMs: readonly number[];
  /** Expected time of a round and number of rounds, used until enough rounds are measured. */
  expectedMs: number;
  expectedRounds: number;
}

/** `elapsedMs`: time since the first round. The budget cuts off all rounds beyond the minimum. */
export function forecast(
  cases: readonly CaseForecast[],
  rule: UntilPrecise,
  elapsedMs: number,
): { rounds: number; ms: number } {
  const budgetMs = rule.budgetSeconds === null ? Number.POSITIVE_INFINITY : rule.budgetSeconds * 1000 - elapsedMs;
  const left = cases.map(({ result, measuredMs, expectedMs, expectedRounds: atFirst }) => {
    const done = okRounds(result).length;
    const rounds = done < TELLING_ROUNDS ? atFirst : expectedRounds(result, rule);
    const certain = Math.max(0, rule.minimum - done);
    // A case that is not known well enough gets one more at least.
    const likely = Math.max(done < rule.maximum && !isEnough(result, rule) ? 1 : 0, rounds - done);
    return { roundMs: medianOfKnown(measuredMs) ?? expectedMs, certain, extra: Math.max(0, likely - certain) };
  });
  const sum = (value: (entry: (typeof left)[number]) => number) =>
    left.reduce((total, entry) => total + value(entry), 0);
  const certainMs = sum(({ roundMs, certain }) => roundMs * certain);
  const extraMs = sum(({ roundMs, extra }) => roundMs * extra);
  const within = extraMs === 0 ? 1 : Math.min(1, Math.max(0, budgetMs - certainMs) / extraMs);
  return {
    rounds: sum(({ certain }) => certain) + Math.ceil(within * sum(({ extra }) => extra)),
    ms: certainMs + within * extraMs,
  };
}
