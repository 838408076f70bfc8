// The hash of a file that is being downloaded. Bytes that arrive in order are hashed as they come; those of parts that
// were ahead, or of an earlier pull, are read back once the gap before them has closed.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { RestartError } from './failures.js';

export interface Digests {
  sha256: string;
  /** git's hash of the content as a blob, where it was asked for. */
  gitOid: string | null;
}

export interface RunningHash {
  /** Bytes that go to `offset`, before they are on disk. */
  take(piece: Uint8Array, offset: number): void;
  /** The first `upTo` bytes are on disk. */
  advance(upTo: number): void;
  /** Of the whole file, which is on disk. Rejects when it cannot be read. */
  digests(): Promise<Digests>;
  abandon(): void;
}

const READ_BYTES = 1 << 20;

export function runningHash(path: string, bytes: number, git: boolean): RunningHash {
  const sha256 = createHash('sha256');
  const sha1 = git ? createHash('sha1').update(`blob ${bytes}\0`) : null;
  let hashed = 0;
  let onDisk = 0;
  let reading: Promise<void> | null = null;
  let isAbandoned = false;

  const update = (piece: Uint8Array) => {
    sha256.update(piece);
    sha1?.update(piece);
    hashed += piece.length;
  };
  const readBack = async () => {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes));
      while (hashed < onDisk && !isAbandoned) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, onDisk - hashed), hashed);
        if (bytesRead === 0) throw new RestartError('what was kept of it is shorter than it was');
        update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
    reading = null;
  };
  const advance = (upTo: number) => {
    onDisk = upTo;
    if (hashed >= onDisk || reading !== null) return;
    reading = readBack();
    // Told by digests().
    reading.catch(() => {});
  };

  return {
    take(piece, offset) {
      if (offset === hashed && reading === null) update(piece);
    },
    advance,
    async digests() {
      for (advance(bytes); reading !== null; advance(bytes)) await reading;
      return { sha256: sha256.digest('hex'), gitOid: sha1?.digest('hex') ?? null };
    },
    abandon() {
      isAbandoned = true;
    },
  };
}

/** Of a file that is already here. */
export function digestsOf(path: string, git: boolean): Promise<Digests> {
  return runningHash(path, statSync(path).size, git).digests();
}
