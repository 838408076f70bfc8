// How long a run will still take: the rounds that each case is expected to want, at what its rounds take. Pure.
import { type CaseResult, okRounds } from '../contract/result.js';
import type { UntilPrecise } from '../contract/rounds.js';
import { expectedRounds, isEnough } from './enough.js';
import { median } from './summary.js';

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

export interface Forecast {
  rounds: number;
  ms: number;
}

/** `elapsedMs`: time since the first round. The budget cuts off all rounds beyond the minimum. */
export function forecast(cases: readonly CaseForecast[], rule: UntilPrecise, elapsedMs: number): Forecast {
  const budgetMs = rule.budgetSeconds === null ? Number.POSITIVE_INFINITY : rule.budgetSeconds * 1000 - elapsedMs;
  const left = cases.map(({ result, measuredMs, expectedMs, expectedRounds: atFirst }) => {
    const done = okRounds(result).length;
    const rounds = done < TELLING_ROUNDS ? atFirst : expectedRounds(result, rule);
    return {
      roundMs: measuredMs.length > 0 ? median(measuredMs) : expectedMs,
      certain: Math.max(0, rule.minimum - done),
      // A case that is not known well enough gets one more at least.
      likely: Math.max(done < rule.maximum && !isEnough(result, rule) ? 1 : 0, rounds - done),
    };
  });
  const sum = (value: (entry: (typeof left)[number]) => number) =>
    left.reduce((total, entry) => total + value(entry), 0);
  const certainMs = sum(({ roundMs, certain }) => roundMs * certain);
  const extraMs = sum(({ roundMs, certain, likely }) => roundMs * Math.max(0, likely - certain));
  const within = extraMs === 0 ? 1 : Math.min(1, Math.max(0, budgetMs - certainMs) / extraMs);
  return {
    rounds:
      sum(({ certain }) => certain) + Math.ceil(within * sum(({ certain, likely }) => Math.max(0, likely - certain))),
    ms: certainMs + within * extraMs,
  };
}
