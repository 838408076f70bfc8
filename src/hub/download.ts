// Downloads one file of a repository and verifies it: its hash must be the one in the repository's listing.
import { rmSync } from 'node:fs';
import { problem } from '../errors.js';
import { RestartError } from './failures.js';
import { type Digests, fileHash } from './file-hash.js';
import type { Http } from './http.js';
import type { RemoteFile } from './listing.js';
import { transfer, type Wanted } from './transfer.js';
import { doneBytes, freshState, frontier, loadState, removeState, type TransferState } from './transfer-state.js';

export interface DownloadOptions {
  connections: number;
  /** Larger files are fetched in ranges of this size. */
  partBytes: number;
  /** Bytes of this file on disk; falls back to 0 if the download has to start again. */
  onProgress(doneBytes: number): void;
  /** This many more bytes came over the network. */
  onReceived(bytes: number): void;
}

/** Writes the file to `wanted.path` and returns its SHA-256. If it throws, what the next pull can continue stays on disk. */
export async function downloadFile(http: Http, wanted: Wanted, options: DownloadOptions): Promise<string> {
  const { file, path } = wanted;
  let { partBytes } = options;
  let state = loadState(path, file.bytes, partBytes);
  for (let restarted = false; ; restarted = true) {
    let reason: string;
    try {
      const digests = await receiveAndHash(http, wanted, state, options);
      const fault = mismatch(file, digests);
      if (fault === null) {
        removeState(path);
        return digests.sha256;
      }
      reason = fault;
    } catch (error) {
      if (!(error instanceof RestartError)) throw error;
      reason = error.message;
      // A server that does not know ranges sends the file as a single part.
      if (error.wholeOnly) partBytes = Math.max(1, file.bytes);
    }
    state = freshState(file.bytes, partBytes);
    rmSync(path, { force: true });
    removeState(path);
    options.onProgress(0);
    // Once may be an earlier pull or a bad connection; twice is what the server has.
    if (restarted) throw problem('download-altered', { repo: wanted.repo, path: file.path, reason });
  }
}

async function receiveAndHash(http: Http, wanted: Wanted, state: TransferState, options: DownloadOptions) {
  const { file, path } = wanted;
  const hash = fileHash({ path, bytes: file.bytes, git: file.gitOid !== null, signal: http.signal });
  let done = doneBytes(state);
  options.onProgress(done);
  try {
    // What an earlier pull left counts only if its hash is right.
    hash.follow(frontier(state));
    await transfer(http, wanted, state, {
      connections: options.connections,
      hash,
      onBytes(bytes) {
        done += bytes;
        options.onReceived(bytes);
        options.onProgress(done);
      },
    });
    return await hash.digests();
  } finally {
    hash.end();
  }
}

/** What is wrong with a complete file, in words; null if it is what the listing promises. */
export function mismatch(file: RemoteFile, { sha256, gitOid }: Digests): string | null {
  if (file.sha256 !== null && file.sha256 !== sha256) {
    return `its SHA-256 is ${sha256}, the repository lists ${file.sha256}`;
  }
  if (file.gitOid !== null && file.gitOid !== gitOid) {
    return `its git hash is ${gitOid}, the repository lists ${file.gitOid}`;
  }
  return file.sha256 === null && file.gitOid === null ? 'the repository lists no hash for it' : null;
}
