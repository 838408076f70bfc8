// What limits did to a case over all its rounds, failed ones included. Pure.
import type { HeldLimits } from '../contract/limits.js';
import type { CaseResult } from '../contract/result.js';
import type { CaseLimitEffects } from '../contract/views/show.js';

/** null for a case without limits. */
export function limitEffects({ key, rounds }: CaseResult, held: readonly HeldLimits[]): CaseLimitEffects | null {
  if (key.limits === undefined || held.length === 0) return null;
  const largest = (effect: keyof HeldLimits['effects']) => largestOf(held.map(({ effects }) => effects[effect]));
  return {
    method: held[0]!.method,
    limitsMemory: held.some(({ memoryBytes }) => memoryBytes !== null),
    outOfMemoryRounds: rounds.filter((round) => round.status === 'failed' && round.failure.code === 'out-of-memory')
      .length,
    peakBytes: largest('peakBytes'),
    swapPeakBytes: largest('swapPeakBytes'),
    limitHits: largest('limitHits'),
    throttledShare: largestOf(held.map(throttledShare)),
    uncountedFileBytes: Math.max(...held.map(({ uncountedFileBytes }) => uncountedFileBytes ?? 0)),
  };
}

function throttledShare({ effects: { periods, throttledPeriods } }: HeldLimits): number | null {
  return periods === null || throttledPeriods === null || periods === 0 ? null : throttledPeriods / periods;
}

function largestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
