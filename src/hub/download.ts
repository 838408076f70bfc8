// One file of a repository, whole and verified: transfer, hash as it comes, compare with what the listing promised.
import { rmSync } from 'node:fs';
import { problem } from '../errors.js';
import { RestartError } from './failures.js';
import type { Digests } from './file-hash.js';
import type { Http } from './http.js';
import type { RemoteFile } from './listing.js';
import { runningHash } from './running-hash.js';
import { transfer, type Wanted, wholeState } from './transfer.js';
import { doneBytes, freshState, frontier, loadState, removeState, type TransferState } from './transfer-state.js';

export interface DownloadOptions {
  connections: number;
  /** Larger files are asked for in ranges of this size. */
  partBytes: number;
  /** Bytes on disk of this file; falls back to 0 when the download has to start anew. */
  onProgress(doneBytes: number): void;
  /** Bytes that came over the network. */
  onReceived(bytes: number): void;
}

/** Leaves the file at `wanted.path` and returns its SHA-256, or throws; what can be continued stays on disk. */
export async function downloadFile(http: Http, wanted: Wanted, options: DownloadOptions): Promise<string> {
  const { file, path } = wanted;
  let state = loadState(path, file.bytes, options.partBytes);
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
      state = freshState(file.bytes, options.partBytes);
    } catch (error) {
      if (!(error instanceof RestartError)) throw error;
      reason = error.message;
      state = error.wholeOnly ? wholeState(file.bytes) : freshState(file.bytes, options.partBytes);
    }
    rmSync(path, { force: true });
    removeState(path);
    options.onProgress(0);
    // An earlier pull or a bad connection may be at fault; the same again from the start means it.
    if (restarted) throw problem('download-altered', { repo: wanted.repo, path: file.path, reason });
  }
}

async function receiveAndHash(
  http: Http,
  wanted: Wanted,
  state: TransferState,
  options: DownloadOptions,
): Promise<Digests> {
  const { file, path } = wanted;
  const hash = runningHash({ path, bytes: file.bytes, git: file.gitOid !== null });
  let done = doneBytes(state);
  options.onProgress(done);
  try {
    if (done > 0) hash.advance(frontier(state));
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
    await hash.end();
  }
}

/** What is wrong with a whole file, in words; null when it is what the listing promised. */
export function mismatch(file: RemoteFile, { sha256, gitOid }: Digests): string | null {
  if (file.sha256 !== null && file.sha256 !== sha256) {
    return `its SHA-256 is ${sha256}, the repository lists ${file.sha256}`;
  }
  if (file.gitOid !== null && file.gitOid !== gitOid) {
    return `its git hash is ${gitOid}, the repository lists ${file.gitOid}`;
  }
  return file.sha256 === null && file.gitOid === null ? 'the repository lists no hash for it' : null;
}
