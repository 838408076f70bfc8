// Tries again, with growing pauses, what may succeed the next time; everything else fails at once.
import { setTimeout as pause } from 'node:timers/promises';
import { TransientError } from './failures.js';

export interface RetryPolicy {
  attempts: number;
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Hears of a long pause before it begins. */
export type OnPause = (ms: number, reason: string) => void;

/** Shorter pauses are not worth a line. */
const LONG_PAUSE_MS = 2000;

export const RETRIES: RetryPolicy = { attempts: 6, firstPauseMs: 500, longestPauseMs: 20_000 };

/** If a server asks for a longer pause than this, the pull fails and says so. */
export const LONGEST_WAIT_MS = 120_000;

/**
 * Runs `operation` until it succeeds or fails for good. `progressed` tells whether the last attempt got further; the
 * count then starts again at one, so that a large file survives any number of interruptions.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  operation: () => Promise<T>,
  progressed: () => boolean = () => false,
  onPause: OnPause = () => {},
): Promise<T> {
  for (let attempt = 1, attempts = 1; ; attempt++, attempts++) {
    signal?.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (progressed()) attempt = 1;
      error.attempts = attempts;
      if (attempt >= policy.attempts || (error.waitMs ?? 0) > LONGEST_WAIT_MS) throw error;
      const ms = Math.max(error.waitMs ?? 0, pauseMs(policy, attempt));
      if (ms >= LONG_PAUSE_MS) onPause(ms, error.message);
      await pause(ms, undefined, { signal }).catch(() => {});
    }
  }
}

/** Doubles with each attempt. Half of it is random, so that many clients do not come back at the same moment. */
function pauseMs({ firstPauseMs, longestPauseMs }: RetryPolicy, attempt: number): number {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return full * (0.5 + Math.random() / 2);
}

/** Retry-After in ms: seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
