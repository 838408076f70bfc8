// Writes one part of a file as it arrives. While one batch is being written, the next one collects. A part counts as
// done only as far as it is on disk, so that an interrupted download continues at the right byte.
import { writev } from 'node:fs';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RestartError, TransientError } from './failures.js';
import type { Part } from './transfer-state.js';

/** How much may wait to be written before the connection is paused. */
const WAITING_BYTES = 1 << 20;

export interface PartTarget {
  /** Descriptor of the file. */
  file: number;
  part: Part;
  /** `part.done` has grown by these pieces, which begin at offset `start` of the file. */
  onWritten(pieces: readonly Buffer[], start: number): void;
}

/** When this settles, `part.done` no longer changes. */
export async function writePart(body: Readable, { file, part, onWritten }: PartTarget): Promise<void> {
  let writing = Promise.resolve();
  const writer = new Writable({
    highWaterMark: WAITING_BYTES,
    writev(batch, done) {
      const pieces = batch.map(({ chunk }) => chunk as Buffer);
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (bytes > part.bytes - part.done) return done(new RestartError('the server sent more than it announced'));
      const start = part.start + part.done;
      writing = new Promise((settle) => {
        writev(file, pieces, start, (error, written) => {
          part.done += written ?? 0;
          settle();
          if (error !== null) return done(error);
          // A disk that fills up takes some of the bytes; the next attempt brings its own error.
          if (written < bytes) return done(new TransientError(`the disk took ${written} of ${bytes} bytes`));
          // Called first: it sends the next batch to the disk, which works while this one is being hashed.
          done();
          try {
            onWritten(pieces, start);
          } catch (failure) {
            writer.destroy(failure as Error);
          }
        });
      });
    },
  });
  try {
    await pipeline(body, writer);
  } finally {
    // pipeline() does not wait for a write that is under way.
    await writing;
  }
}
