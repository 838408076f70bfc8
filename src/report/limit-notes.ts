// What the limits of each case did: it loads and runs, it swaps, it is held back, or it runs out of memory. Pure.
import type { Limits } from '../contract/limits.js';
import type { CaseLimitEffects, CaseView } from '../contract/views/show.js';
import { limitDimensions } from '../suite/case-id.js';
import { bytes, count, plural } from './format.js';
import { workloadLabel } from './labels.js';

export function limitNotes(cases: readonly CaseView[]): string[] {
  return cases.flatMap((result) => {
    const { limitEffects, key, rounds, failures } = result;
    if (limitEffects === null) return [];
    const { throttledShare, uncountedFileBytes, method } = limitEffects;
    const did = [
      ...memoryWords(limitEffects, rounds.length + failures.length),
      ...(throttledShare === null
        ? []
        : [`the quota holds it back in up to ${Math.round(throttledShare * 100)} % of its periods`]),
      ...(uncountedFileBytes === 0
        ? []
        : [`${bytes(uncountedFileBytes)} of its files stayed in the page cache and did not count`]),
      `held by ${method}`,
    ];
    return [`${limitWords(key.limits!)} (${workloadLabel(key)}): ${did.join('; ')}.`];
  });
}

/** `memory-limit 2GB, cpu-quota 1.5` */
export function limitWords(limits: Limits): string {
  const words = Object.entries(limitDimensions(limits)).map(([name, value]) => `${name} ${value}`);
  return words.join(', ');
}

function memoryWords(effects: CaseLimitEffects, rounds: number): string[] {
  const { limitsMemory, outOfMemoryRounds: starved, peakBytes, swapPeakBytes, limitHits } = effects;
  if (!limitsMemory) return [];
  const outcome =
    starved === 0
      ? 'loads and runs'
      : `runs out of memory${starved < rounds ? ` in ${starved} of ${plural(rounds, 'round')}` : ''}`;
  const words = [
    outcome,
    ...(peakBytes === null ? [] : [`takes up to ${bytes(peakBytes)}`]),
    ...(swapPeakBytes ? [`swaps up to ${bytes(swapPeakBytes)}`] : []),
    ...(limitHits ? [`reaches its limit up to ${count(limitHits)} times a round`] : []),
  ];
  return [words.join(', ')];
}
