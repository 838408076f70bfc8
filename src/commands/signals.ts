// Ctrl-C, a polite kill and a terminal that is closed: the first asks a verb to stop, store and clean up; a second one ends
// the process at once.
import { constants } from 'node:os';
import { problem } from '../errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let received: (typeof SIGNALS)[number] | null = null;

/** Aborts at the first signal. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: (typeof SIGNALS)[number]) => {
    received ??= signal;
    for (const name of SIGNALS) process.off(name, interrupt);
    controller.abort(problem('interrupted', { resume: null }));
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return controller.signal;
}

/** As shells count it: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. */
export function interruptedExitCode(): number {
  return 128 + constants.signals[received ?? 'SIGINT'];
}
