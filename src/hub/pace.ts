// Gives up a connection that hardly brings anything: a byte now and then would keep it alive for ever.
import { TransientError } from './failures.js';

/** A modem of 1995 brings more. */
export const LEAST_BYTES_PER_SECOND = 1000;

/**
 * The pieces of `body`. Throws TransientError after `windowMs` of waiting that brought less than the least rate; the time
 * in which the consumer is busy does not count.
 */
export async function* atLeastPace(
  body: AsyncIterable<Buffer>,
  windowMs: number,
  host: string,
): AsyncGenerator<Buffer> {
  let waitedMs = 0;
  let bytes = 0;
  let since = performance.now();
  for await (const piece of body) {
    waitedMs += performance.now() - since;
    bytes += piece.length;
    if (waitedMs >= windowMs) {
      if (!isProgress(bytes, waitedMs))
        throw new TransientError(`${host} sent only ${bytes} bytes in ${Math.round(waitedMs / 1000)} s`);
      waitedMs = 0;
      bytes = 0;
    }
    yield piece;
    since = performance.now();
  }
}

/** Whether so many bytes in this time are worth going on for. */
export function isProgress(bytes: number, ms: number): boolean {
  return bytes > 0 && bytes >= (ms / 1000) * LEAST_BYTES_PER_SECOND;
}
