// Memory of this process at one moment, for a worker that reports between its timed regions. Linux: smaps_rollup, which
// walks the page tables: exact, and a share of each page that others have mapped too. Elsewhere what libuv asks the system.

import { readFileSync } from 'node:fs';
import type { MomentMemory } from '../contract/memory.js';

export function readOwnMemory(): MomentMemory {
  return rollup() ?? { rssBytes: process.memoryUsage.rss(), pssBytes: null, anonymousBytes: null, swapBytes: null };
}

function rollup(): MomentMemory | null {
  try {
    return parseRollup(readFileSync('/proc/self/smaps_rollup', 'utf8'));
  } catch {
    return null;
  }
}

/** Of this process, in pages of 2 MiB; null where the system does not tell. */
export function ownHugePageBytes(): number | null {
  try {
    const [, kib] = /^AnonHugePages:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8')) ?? [];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}

export function parseRollup(text: string): MomentMemory | null {
  const bytes = (field: string) => {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
    return match === null ? null : Number(match[1]) * 1024;
  };
  const rssBytes = bytes('Rss');
  if (rssBytes === null) return null;
  return { rssBytes, pssBytes: bytes('Pss'), anonymousBytes: bytes('Anonymous'), swapBytes: bytes('Swap') };
}
