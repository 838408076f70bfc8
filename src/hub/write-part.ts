// Writes one part of a file as it arrives: while one batch is being written, the next one arrives. A part counts as done
// only as far as it is on disk, so that an interrupted download continues at the right byte.
import { writev } from 'node:fs';
import { promisify } from 'node:util';
import { RestartError, TransientError } from './failures.js';
import type { Part } from './transfer-state.js';

const BATCH_BYTES = 1 << 19;
/** Bytes of a connection that is slow or has stalled do not wait for a full batch. */
const BATCH_MS = 200;

interface PartTarget {
  /** Descriptor of the file. */
  file: number;
  part: Part;
  /** `part.done` has grown by these pieces, which begin at offset `start` of the file. */
  onWritten(pieces: readonly Buffer[], start: number): void;
}

const writePieces = promisify(writev);

/** When this settles, what arrived is on disk and `part.done` no longer changes. */
export async function writePart(body: AsyncIterable<Buffer>, { file, part, onWritten }: PartTarget): Promise<void> {
  let batch: Buffer[] = [];
  let batchBytes = 0;
  let left = part.bytes - part.done;
  let writing: Promise<() => void> = Promise.resolve(() => {});

  const write = async (pieces: readonly Buffer[], bytes: number) => {
    const start = part.start + part.done;
    if (bytes === 0) return () => {};
    const { bytesWritten } = await writePieces(file, pieces, start);
    part.done += bytesWritten;
    // A disk that fills up takes some of the bytes; the next attempt brings its own error.
    if (bytesWritten < bytes) throw new TransientError(`the disk took ${bytesWritten} of ${bytes} bytes`);
    return () => onWritten(pieces, start);
  };
  let unreportedBytes = 0;
  const flushNext = async () => {
    const report = await writing;
    writing = write(batch, batchBytes);
    // The next flush reports the error.
    writing.catch(() => {});
    unreportedBytes = batchBytes;
    [batch, batchBytes] = [[], 0];
    // Only now, so that the disk works while this batch is being hashed.
    report();
  };
  // One after the other, whether a full batch or the clock asks for it.
  let flushed = Promise.resolve();
  const flush = () => {
    flushed = flushed.then(flushNext);
    flushed.catch(() => {});
    return flushed;
  };
  const timer = setInterval(() => batchBytes + unreportedBytes > 0 && void flush(), BATCH_MS);

  try {
    for await (const piece of body) {
      left -= piece.length;
      if (left < 0) throw new RestartError('the server sent more than it announced');
      batch.push(piece);
      batchBytes += piece.length;
      if (batchBytes >= BATCH_BYTES) await flush();
    }
  } finally {
    clearInterval(timer);
    await flush().finally(async () => (await writing)());
  }
}
