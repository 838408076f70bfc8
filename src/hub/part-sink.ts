// Where one part of a file is received: a room that the network fills, written piece by piece as it fills.
import { writeSync } from 'node:fs';
import type { Sink } from './sink.js';
import type { Part } from './transfer-state.js';

/** As much as a socket has at a time. */
const ROOM_BYTES = 1 << 20;
/**
 * Written at once, here: the page cache takes a piece in 8 µs, the way to another thread and back is longer, and where a
 * disk is behind, whoever writes must wait in any case. Larger pieces gain little, and are three times slower on virtual
 * machines whose host takes back free memory, because the page cache then wants it in large blocks (docs/models.md).
 */
const WRITE_BYTES = 1 << 15;

export function createRoom(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(ROOM_BYTES, bytes));
}

export interface PartSinkOptions {
  /** Descriptor of the file. */
  file: number;
  part: Part;
  room: Buffer;
  onReceived(bytes: number): void;
  /** `part.done` has grown. */
  onWritten(): void;
}

export interface PartSink extends Sink {
  /** Writes what has been received; nothing may come afterwards. */
  end(): void;
}

export function partSink({ file, part, room, onReceived, onWritten }: PartSinkOptions): PartSink {
  let filled = 0;

  const left = () => part.bytes - part.done;
  const untilAligned = () => Math.min(left(), WRITE_BYTES - ((part.start + part.done) % WRITE_BYTES));
  /** In whole, aligned pieces of the file; what remains moves to the front of the room. */
  const write = (isLast: boolean) => {
    let from = 0;
    for (let piece = untilAligned(); from < filled && (isLast || filled - from >= piece); piece = untilAligned()) {
      const written = writeSync(file, room, from, Math.min(piece, filled - from), part.start + part.done);
      from += written;
      part.done += written;
    }
    if (from === 0) return;
    room.copyWithin(0, from, filled);
    filled -= from;
    onWritten();
  };

  return {
    room: () => room.subarray(filled, left()),
    took(bytes) {
      filled += bytes;
      onReceived(bytes);
      write(false);
    },
    end: () => write(true),
  };
}
