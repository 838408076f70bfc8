// How many threads a runtime really started, by the kernel's count of the threads of this process before and after. Linux
// only; elsewhere it is not known.
import { problem } from '../errors.js';
import { numberField, readText } from './kernel-text.js';

/** What a count says; `made` is null where threads are not counted, and `method` says why. */
export interface ThreadCount {
  made: number | null;
  method: string;
}

/** A thread that has ended is listed for a moment longer. */
const PATIENCE_MS = 50;
const COUNTED = 'threads of the process before and after, /proc/self/status';

function ownThreads(): number | null {
  return numberField(readText('/', 'proc/self/status'), 'Threads');
}

/** Begins to count. The returned function throws unless `asked` threads compute for each of the sessions made since. */
export function countThreads(runtime: string, ep: string) {
  const before = ep === 'cpu' ? ownThreads() : null;
  return (asked: number, sessions = 1): ThreadCount => {
    if (before === null) return { made: null, method: `as asked for: ${whyNotCounted(ep)}` };
    // The thread that calls a session computes, too.
    const wanted = before + sessions * (asked - 1);
    let after = ownThreads()!;
    for (const start = performance.now(); after > wanted && performance.now() - start < PATIENCE_MS; )
      after = ownThreads()!;
    const made = 1 + (after - before) / sessions;
    if (after !== wanted) throw problem('threads-differ', { runtime, asked, made });
    return { made, method: COUNTED };
  };
}

function whyNotCounted(ep: string): string {
  if (ep !== 'cpu') return `on ${ep} the driver starts threads of its own`;
  return `threads are not counted on ${process.platform}`;
}
