// What the limits of each case did: it loads and runs, it swaps, it is held back, or it runs out of memory. Pure.
import type { Limits } from '../contract/limits.js';
import type { CaseLimitEffects, CaseView } from '../contract/views/show.js';
import { present } from '../stats/present.js';
import { limitDimensions } from '../suite/case-id.js';
import { bytes, count, plural } from './format.js';
import { workloadLabel } from './labels.js';

export function limitNotes(cases: readonly CaseView[]): string[] {
  return cases.flatMap((result) => {
    const { limitEffects, key, rounds, failures } = result;
    if (limitEffects === null) return [];
    const { throttledShare, uncountedFileBytes, method } = limitEffects;
    const did = present(
      memoryWords(limitEffects, rounds.length + failures.filter(({ isRetried }) => !isRetried).length),
      throttledShare !== null &&
        `the quota holds it back in up to ${Math.round(throttledShare * 100)} % of its periods`,
      uncountedFileBytes > 0 && `${bytes(uncountedFileBytes)} of its files stayed in the page cache and did not count`,
      `held by ${method}`,
    );
    return [`${limitWords(key.limits!)} (${workloadLabel(key)}): ${did.join('; ')}.`];
  });
}

/** `memory-limit 2GB, cpu-quota 1.5` */
export function limitWords(limits: Limits): string {
  return Object.entries(limitDimensions(limits))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** null where memory is not limited. */
function memoryWords(effects: CaseLimitEffects, rounds: number): string | null {
  const { limitsMemory, outOfMemoryRounds: starved, peakBytes, swapPeakBytes, limitHits } = effects;
  if (!limitsMemory) return null;
  const often = starved < rounds ? ` in ${starved} of ${plural(rounds, 'round')}` : '';
  const words = present(
    starved === 0 ? 'loads and runs' : `runs out of memory${often}`,
    peakBytes !== null && `takes up to ${bytes(peakBytes)}`,
    swapPeakBytes !== null && swapPeakBytes > 0 && `swaps up to ${bytes(swapPeakBytes)}`,
    limitHits !== null && limitHits > 0 && `reaches its limit up to ${count(limitHits)} times a round`,
  );
  return words.join(', ');
}
