// What the limits of each case did: it loads and runs, it swaps, it is held back, or it runs out of memory. Pure.
import type { HeldLimits } from '../contract/held-limits.js';
import type { Limits } from '../contract/limits.js';
import type { CaseResult } from '../contract/result.js';
import { limitDimensions } from '../suite/case-id.js';
import { bytes, count, plural } from './format.js';
import { workloadLabel } from './labels.js';

export function limitNotes(cases: CaseResult[]): string[] {
  return cases.flatMap((result) => {
    const { limits } = result.key;
    const held = heldLimits(result);
    if (limits === undefined || held.length === 0) return [];
    const did = [memoryNote(result, held), quotaNote(held), uncountedNote(held)].filter((words) => words !== null);
    const method = `held by ${held[0]!.method}`;
    return [`${limitWords(limits)} (${workloadLabel(result.key)}): ${[...did, method].join('; ')}.`];
  });
}

/** `memory-limit 2GB, cpu-quota 1.5` */
export function limitWords(limits: Limits): string {
  const words = Object.entries(limitDimensions(limits)).map(([name, value]) => `${name} ${value}`);
  return words.join(', ');
}

/** Of every round, failed ones too. */
export function heldLimits({ rounds }: CaseResult): HeldLimits[] {
  return rounds.flatMap((round) => round.limits ?? []);
}

function memoryNote({ rounds }: CaseResult, held: HeldLimits[]): string | null {
  if (held.every(({ memoryBytes }) => memoryBytes === null)) return null;
  const starved = rounds.filter((round) => round.status === 'failed' && round.failure.code === 'out-of-memory').length;
  const outcome =
    starved === 0
      ? 'loads and runs'
      : `runs out of memory${starved < rounds.length ? ` in ${starved} of ${plural(rounds.length, 'round')}` : ''}`;
  const peak = largest(held, 'peakBytes');
  const swap = largest(held, 'swapPeakBytes');
  const hits = largest(held, 'limitHits');
  return [
    outcome,
    ...(peak === null ? [] : [`takes up to ${bytes(peak)}`]),
    ...(swap === null || swap === 0 ? [] : [`swaps up to ${bytes(swap)}`]),
    ...(hits === null || hits === 0 ? [] : [`reaches its limit up to ${count(hits)} times a round`]),
  ].join(', ');
}

function quotaNote(held: HeldLimits[]): string | null {
  const shares = held.flatMap(({ effects: { periods, throttledPeriods } }) =>
    periods === null || throttledPeriods === null || periods === 0 ? [] : [throttledPeriods / periods],
  );
  if (shares.length === 0) return null;
  return `the quota holds it back in up to ${Math.round(Math.max(...shares) * 100)} % of its periods`;
}

/** What the worker read from the page cache at nobody's charge. */
function uncountedNote(held: HeldLimits[]): string | null {
  const uncounted = Math.max(...held.map(({ uncountedFileBytes }) => uncountedFileBytes ?? 0));
  return uncounted === 0 ? null : `${bytes(uncounted)} of its files stayed in the page cache and did not count`;
}

function largest(held: HeldLimits[], effect: keyof HeldLimits['effects']): number | null {
  const known = held.map(({ effects }) => effects[effect]).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
