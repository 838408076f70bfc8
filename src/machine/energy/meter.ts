// The interface of every energy source: how much was used between two moments, by domain (package-0, gpu-0 …). Moments are
// those of the system's monotonic clock, which all processes of a machine share.
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
