// Memory of this process at one moment, for a worker that reports between its timed regions. Linux: smaps_rollup, which
// walks the page tables; it is exact and divides shared pages among their users. Elsewhere what Node gets from the system.
import type { MomentMemory } from '../contract/memory.js';
import { bytesField, readText } from './kernel-text.js';

const ROLLUP = 'proc/self/smaps_rollup';

export function readOwnMemory(): MomentMemory {
  const rolledUp = parseRollup(readText('/', ROLLUP));
  return rolledUp ?? { rssBytes: process.memoryUsage.rss(), pssBytes: null, anonymousBytes: null, swapBytes: null };
}

/** Memory of this process in pages of 2 MiB; null where the system does not say. */
export function ownHugePageBytes(): number | null {
  return bytesField(readText('/', ROLLUP), 'AnonHugePages');
}

export function parseRollup(text: string | null): MomentMemory | null {
  const bytes = (field: string) => bytesField(text, field);
  const rssBytes = bytes('Rss');
  if (rssBytes === null) return null;
  return { rssBytes, pssBytes: bytes('Pss'), anonymousBytes: bytes('Anonymous'), swapBytes: bytes('Swap') };
}
