// Whether this process has its memory in huge pages, told after a model is loaded: who asked for them must have them.
import { readFileSync } from 'node:fs';
import { problem } from '../errors.js';
import { ownHugePageBytes } from './own-memory.js';

const SWITCH = '/sys/kernel/mm/transparent_hugepage/enabled';

/** Throws when they were asked for and the system gave none. */
export function usesHugePages(asked: boolean | undefined): boolean {
  const given = (ownHugePageBytes() ?? 0) > 0;
  if (!asked || given) return given;
  throw problem('huge-pages-unavailable', { reason: reason() });
}

function reason(): string {
  if (process.platform !== 'linux') return `${process.platform} does not give them to a process that asks`;
  try {
    const mode = readFileSync(SWITCH, 'utf8').trim();
    return mode.includes('[never]') ? `${SWITCH} says ${mode}` : 'the C library is not glibc 2.35 or newer';
  } catch {
    return `there is no ${SWITCH}`;
  }
}
