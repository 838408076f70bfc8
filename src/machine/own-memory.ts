// Memory of this process at one moment, for a worker that reports between its timed regions, and whether it has huge pages.
// Linux: smaps_rollup, which walks the page tables; it is exact and divides shared pages among their users. Elsewhere what
// Node gets from the system.
import type { MomentMemory } from '../contract/memory.js';
import { problem } from '../errors.js';
import { bytesField, readText } from './kernel-text.js';

const ROLLUP = 'proc/self/smaps_rollup';
const SWITCH = '/sys/kernel/mm/transparent_hugepage/enabled';

export function readOwnMemory(): MomentMemory {
  const rolledUp = parseRollup(readText('/', ROLLUP));
  return rolledUp ?? { rssBytes: process.memoryUsage.rss(), pssBytes: null, anonymousBytes: null, swapBytes: null };
}

export function parseRollup(text: string | null): MomentMemory | null {
  const bytes = (field: string) => bytesField(text, field);
  const rssBytes = bytes('Rss');
  if (rssBytes === null) return null;
  return { rssBytes, pssBytes: bytes('Pss'), anonymousBytes: bytes('Anonymous'), swapBytes: bytes('Swap') };
}

/** Whether pages of 2 MiB were asked for, and what the process has of them once a model is loaded, in anonymous memory. */
export interface HugePages {
  hugePages: boolean;
  /** A kernel may give some unasked. null where it does not tell. */
  hugePagesShare: number | null;
}

/** Throws if they were requested but not granted. */
export function hugePages(asked = false): HugePages {
  const hugePagesShare = parseHugePagesShare(readText('/', ROLLUP));
  if (asked && !(hugePagesShare! > 0)) throw problem('huge-pages-unavailable', { reason: whyNoHugePages() });
  return { hugePages: asked, hugePagesShare };
}

export function parseHugePagesShare(rollup: string | null): number | null {
  const [huge, all] = [bytesField(rollup, 'AnonHugePages'), bytesField(rollup, 'Anonymous')];
  return huge === null || !all ? null : Number((huge / all).toFixed(3));
}

function whyNoHugePages(): string {
  if (process.platform !== 'linux') return `${process.platform} does not give them to a process that asks`;
  const mode = readText('/', SWITCH);
  if (mode === null) return `there is no ${SWITCH}`;
  return mode.includes('[never]') ? `${SWITCH} says ${mode}` : 'the C library is not glibc 2.35 or newer';
}
