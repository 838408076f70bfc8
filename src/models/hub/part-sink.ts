// Where one part of a file is received: two buffers, one filled by the network while the other is written to disk.
import type { FileHandle } from 'node:fs/promises';
import type { Sink } from './sink.js';
import type { Part } from './transfer-state.js';

/** Writes of whole, aligned megabytes cost the page cache a third less than those of what a socket happens to give. */
const WRITE_BYTES = 1 << 20;

export type Buffers = [Buffer, Buffer];

export function createBuffers(bytes: number): Buffers {
  const size = Math.min(WRITE_BYTES, bytes);
  return [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
}

export interface PartSinkOptions {
  file: FileHandle;
  part: Part;
  buffers: Buffers;
  onReceived(piece: Uint8Array, offset: number): void;
  /** `part.done` has grown. */
  onWritten(): void;
}

export interface PartSink extends Sink {
  /** Writes what has been received; nothing may come afterwards. */
  end(): Promise<void>;
}

export function partSink({ file, part, buffers, onReceived, onWritten }: PartSinkOptions): PartSink {
  let [filling, writing] = buffers;
  let start = part.start + part.done;
  let filled = 0;
  let write: Promise<void> | null = null;

  const capacity = () => Math.min(filling.length, WRITE_BYTES - (start % WRITE_BYTES), part.start + part.bytes - start);
  const writeAll = async (piece: Buffer, offset: number) => {
    for (let at = 0; at < piece.length; ) {
      const { bytesWritten } = await file.write(piece, at, piece.length - at, offset + at);
      at += bytesWritten;
      part.done += bytesWritten;
    }
    write = null;
    onWritten();
  };
  /** Begins to write the buffer that is being filled; the other one must be free. */
  const flip = () => {
    const piece = filling.subarray(0, filled);
    const offset = start;
    [filling, writing] = [writing, filling];
    start += filled;
    filled = 0;
    write = writeAll(piece, offset);
    // Told by whoever waits for it next.
    write.catch(() => {});
  };

  return {
    room: () => filling.subarray(filled, capacity()),
    took(bytes) {
      onReceived(filling.subarray(filled, filled + bytes), start + filled);
      filled += bytes;
      if (filled < capacity()) return null;
      if (write !== null) return write.then(flip);
      flip();
      return null;
    },
    async end() {
      await write;
      if (filled > 0) flip();
      await write;
    },
  };
}
