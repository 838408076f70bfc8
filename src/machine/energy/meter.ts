// The interface of every energy source: how much was used between two moments, by domain (package-0, gpu-0 …). Moments are
// those of the system's monotonic clock, which all processes of a machine share. And the readings that most sources keep.
import type { MeteredEnergy, Stretch, Unmetered } from '../../contract/energy.js';

/** `source` reads like `RAPL: package-0, package-0 dram`. */
export interface Meter extends Pick<MeteredEnergy, 'tier' | 'source' | 'updateMs'> {
  /** Takes a reading and returns its moment. A stream returns the present moment, since its readings come by themselves. */
  read(): number;
  /** Resolves when everything up to this moment is known, or never will be. */
  known(atMs: number): Promise<void>;
  /** Returns the reason as a sentence where it is not known. */
  usedBetween(startMs: number, endMs: number): Joules | string;
  close(): void;
}

export type Joules = Stretch['joules'];

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** To thousandths, of a joule or a watt finer than any counter. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function unmetered(reason: string, remedy: string | null = null): Unmetered {
  return { tier: 'unavailable', reason, remedy };
}

export function isMeter(source: Meter | Unmetered): source is Meter {
  return source.tier !== 'unavailable';
}

export interface Reading {
  atMs: number;
  /** Counted from the first reading. */
  joules: Joules;
}

/** Readings of a growing count of joules, exact at each one and interpolated between them. */
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
