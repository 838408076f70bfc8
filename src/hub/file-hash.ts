// The hash of a file while it is being downloaded. A piece that continues what has been hashed is hashed from memory as
// soon as it is on disk; everything else (other parts, an earlier pull) is read back from disk in the background.
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { problem, reasonOf } from '../errors.js';

export interface Digests {
  sha256: string;
  /** git's hash of the content as a blob, where it was asked for. */
  gitOid: string | null;
}

interface HashJob {
  path: string;
  bytes: number;
  /** Whether git's hash is wanted, too. */
  git: boolean;
  signal: AbortSignal | undefined;
}

export type FileHash = ReturnType<typeof fileHash>;

const READ_BYTES = 1 << 18;

export function fileHash({ path, bytes, git, signal }: HashJob) {
  const sha256 = createHash('sha256');
  const sha1 = git ? createHash('sha1').update(`blob ${bytes}\0`) : null;
  let hashed = 0;
  let readers = 0;
  let reading = Promise.resolve();
  let ended = false;

  const add = (piece: Uint8Array) => {
    sha256.update(piece);
    sha1?.update(piece);
    hashed += piece.length;
  };

  const readBack = async (upTo: number) => {
    if (hashed >= upTo || ended) return;
    try {
      const pieces = createReadStream(path, { start: hashed, end: upTo - 1, highWaterMark: READ_BYTES });
      for await (const piece of pieces) {
        if (ended) return;
        signal?.throwIfAborted();
        add(piece as Buffer);
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw problem('hash-failed', { path, reason: reasonOf(error) }, error);
    }
  };

  /** The first `upTo` bytes are on disk: reads back those of them that are not hashed yet. */
  const follow = (upTo: number) => {
    if (hashed >= upTo) return;
    readers++;
    reading = reading.then(() => readBack(upTo)).finally(() => void readers--);
    // digests() reports the error.
    reading.catch(() => {});
  };

  return {
    /** `pieces` have been written at offset `start`. */
    written(pieces: readonly Uint8Array[], start: number) {
      if (readers === 0 && start === hashed) for (const piece of pieces) add(piece);
    },
    follow,
    /** The hash of the whole file, which must be on disk. Throws if a part of it could not be read. */
    async digests(): Promise<Digests> {
      follow(bytes);
      await reading;
      return { sha256: sha256.digest('hex'), gitOid: sha1?.digest('hex') ?? null };
    },
    /** Stops reading. */
    end() {
      ended = true;
    },
  };
}

/** The digests of a file that is complete on disk. */
export function digestsOf(path: string, git: boolean, signal?: AbortSignal): Promise<Digests> {
  return fileHash({ path, bytes: statSync(path).size, git, signal }).digests();
}
