// Readings of a growing count of joules. What was used between two moments is exact at readings and interpolated between them.
import type { Joules } from './meter.js';

export interface Reading {
  atMs: number;
  /** Counted from the first reading. */
  joules: Joules;
}

export function createReadings() {
  const all: Reading[] = [];
  let failure: string | null = null;

  const joulesAt = (atMs: number): Joules | null => {
    const next = all.findIndex((reading) => reading.atMs >= atMs);
    const after = all[next];
    if (after === undefined) return null;
    if (after.atMs === atMs) return after.joules;
    const before = all[next - 1];
    if (before === undefined) return null;
    const share = (atMs - before.atMs) / (after.atMs - before.atMs);
    return Object.fromEntries(
      Object.entries(after.joules).map(([domain, joules]) => {
        const start = before.joules[domain] ?? joules;
        return [domain, start + (joules - start) * share];
      }),
    );
  };

  return {
    add(reading: Reading): void {
      if (failure === null) all.push(reading);
    },
    /** Nothing is known from here on. The first reason is kept. */
    fail(reason: string): void {
      failure ??= reason;
    },
    latestMs: () => all.at(-1)?.atMs ?? null,
    failure: () => failure,
    usedBetween(startMs: number, endMs: number): Joules | string {
      const [start, end] = [joulesAt(startMs), joulesAt(endMs)];
      if (start === null || end === null) return failure ?? 'the readings do not cover the whole round';
      return Object.fromEntries(Object.entries(end).map(([domain, joules]) => [domain, joules - start[domain]!]));
    },
  };
}
