// Gets the files of a checkpoint, each from the cache of the Python tools if its bytes are right, else from the hub.
import { copyFileSync, constants as fsConstants, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isOutOfSpace, outOfSpace } from '../contract/directory.js';
import type { CheckpointFile } from '../contract/manifest.js';
import { problem, reasonOf } from '../errors.js';
import { type DownloadOptions, downloadFile, mismatch } from './download.js';
import { digestsOf } from './file-hash.js';
import { cachedCopy } from './hf-cache.js';
import type { Http } from './http.js';
import type { Listing, RemoteFile } from './listing.js';
import { isDiskError } from './transfer.js';
import { removeState } from './transfer-state.js';

const CONNECTIONS = 4;

interface Fetching {
  http: Http;
  listing: Listing;
  /** The directory that the files go to. */
  partial: string;
  partBytes: number;
  onNote(note: string): void;
  onProgress(doneBytes: number, totalBytes: number): void;
}

/** Small files side by side, then large ones one after another, each over several connections where that helps. */
export async function fetchFiles(fetching: Fetching, files: RemoteFile[]) {
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const done = new Map<string, number>();
  const hashes = new Map<string, string>();
  const counted = { downloadedBytes: 0 };
  const fetchOne = async (file: RemoteFile, connections: number) => {
    const { partBytes } = fetching;
    const hash = await fetchFile(fetching, file, {
      connections,
      partBytes,
      onReceived(bytes) {
        counted.downloadedBytes += bytes;
      },
      onProgress(bytes) {
        done.set(file.path, bytes);
        const doneBytes = [...done.values()].reduce((sum, bytes) => sum + bytes, 0);
        fetching.onProgress(doneBytes, totalBytes);
      },
    });
    hashes.set(file.path, hash);
  };
  try {
    const small = files.filter((file) => file.bytes <= fetching.partBytes);
    const lanes = Array.from({ length: CONNECTIONS }, async () => {
      for (let file = small.shift(); file !== undefined; file = small.shift()) await fetchOne(file, 1);
    });
    const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const file of files) if (file.bytes > fetching.partBytes) await fetchOne(file, CONNECTIONS);
  } catch (error) {
    const { partial } = fetching;
    throw isOutOfSpace(error) ? outOfSpace(partial, missingBytes(partial, files), error) : error;
  }
  const described = files.map(({ path, bytes }): CheckpointFile => ({ path, bytes, sha256: hashes.get(path)! }));
  return { files: described, ...counted };
}

/** Returns the SHA-256. */
async function fetchFile(fetching: Fetching, file: RemoteFile, options: DownloadOptions): Promise<string> {
  const { http, listing, partial, onNote } = fetching;
  const { hubCache, offline } = http.settings;
  const path = join(partial, file.path);
  const copy = cachedCopy(hubCache, listing.repo, listing.commit, file);
  if (copy !== null) {
    rmSync(path, { force: true });
    removeState(path);
    const { fault, sha256 } = await copied(copy, path, file, http.signal);
    if (fault === null) {
      onNote(`${file.path}: taken from ${hubCache}`);
      options.onProgress(file.bytes);
      return sha256;
    }
    rmSync(path, { force: true });
    onNote(`${copy} is not used: ${fault}`);
  }
  if (offline) throw problem('hub-offline', { repo: listing.repo });
  return downloadFile(http, { repo: listing.repo, commit: listing.commit, file, path }, options);
}

/** Copies a file and says what is wrong with the copy; null if nothing is. */
async function copied(from: string, to: string, file: RemoteFile, signal: AbortSignal | undefined) {
  try {
    // Shares the blocks instead of copying them where the file system can.
    copyFileSync(from, to, fsConstants.COPYFILE_FICLONE);
  } catch (error) {
    if (isDiskError(error)) throw error;
    return { fault: reasonOf(error), sha256: '' };
  }
  const digests = await digestsOf(to, file.gitOid !== null, signal);
  return { fault: mismatch(file, digests), sha256: digests.sha256 };
}

/** What is not on the disk yet. */
export function missingBytes(partial: string, files: RemoteFile[]): number {
  return files.reduce((sum, file) => {
    const blocks = statSync(join(partial, file.path), { throwIfNoEntry: false })?.blocks ?? 0;
    return sum + Math.max(0, file.bytes - blocks * 512);
  }, 0);
}
