// The hash of a file as far as it is on disk, read back from the page cache: what is hashed is what was written, be it
// by this pull or an earlier one, and in whatever order.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface Digests {
  sha256: string;
  /** git's hash of the content as a blob, where it was asked for. */
  gitOid: string | null;
}

export interface FileHash {
  /** Goes on to `upTo`. A file that is shorter ends in a hash that differs. */
  advance(upTo: number): void;
  digests(): Digests;
  close(): void;
}

const READ_BYTES = 1 << 18;

export function fileHash(path: string, bytes: number, git: boolean): FileHash {
  const sha256 = createHash('sha256');
  const sha1 = git ? createHash('sha1').update(`blob ${bytes}\0`) : null;
  const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, bytes));
  let file: number | null = null;
  let hashed = 0;
  return {
    advance(upTo) {
      if (upTo === hashed) return;
      file ??= openSync(path, 'r');
      while (hashed < upTo) {
        const read = readSync(file, buffer, 0, Math.min(buffer.length, upTo - hashed), hashed);
        if (read === 0) return;
        const piece = buffer.subarray(0, read);
        sha256.update(piece);
        sha1?.update(piece);
        hashed += read;
      }
    },
    digests: () => ({ sha256: sha256.digest('hex'), gitOid: sha1?.digest('hex') ?? null }),
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}
