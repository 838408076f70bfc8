// What every source of energy offers: how much was used between two moments, by domain (package-0, gpu-0 …).
// Moments are those of the system's monotonic clock, which all processes of a machine share.

import type { Unmetered } from '../../contract/energy.js';
export interface Meter {
  /** counter: counted by the hardware. coarse: a discharging battery, or power estimated by the system and added up. */
  tier: 'counter' | 'coarse';
  /** What is read, as a result stores it: `RAPL: package-0, package-0 dram`. */
  source: string;
  /** Longest time between two updates of what is read. */
  updateMs: number;
  /** Reads now and tells the moment; a stream is read as it comes. */
  read(): number;
  /** Resolves when everything up to this moment is known, or never will be. */
  known(atMs: number): Promise<void>;
  /** A sentence where it is not known. */
  usedBetween(startMs: number, endMs: number): Joules | string;
  close(): void;
}

export type Joules = Record<string, number>;

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export function unmetered(reason: string, remedy: string | null = null): Unmetered {
  return { tier: 'unavailable', reason, remedy };
}

export function isMeter(source: Meter | Unmetered): source is Meter {
  return source.tier !== 'unavailable';
}
