// Whether this process has memory in huge pages, checked after a model is loaded.
import { problem } from '../errors.js';
import { readText } from './kernel-text.js';
import { ownHugePageBytes } from './own-memory.js';

const SWITCH = '/sys/kernel/mm/transparent_hugepage/enabled';

/** Throws if they were requested but not granted. */
export function usesHugePages(asked: boolean | undefined): boolean {
  const given = (ownHugePageBytes() ?? 0) > 0;
  if (!asked || given) return given;
  throw problem('huge-pages-unavailable', { reason: reason() });
}

function reason(): string {
  if (process.platform !== 'linux') return `${process.platform} does not give them to a process that asks`;
  const mode = readText('/', SWITCH);
  if (mode === null) return `there is no ${SWITCH}`;
  return mode.includes('[never]') ? `${SWITCH} says ${mode}` : 'the C library is not glibc 2.35 or newer';
}
