// Pulls a checkpoint: resolves the revision to a commit, gets the files of one dtype and verifies them in
// `<dtype>.partial`, then renames that directory. An interrupted pull leaves it for the next one to continue.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { requireSpace } from '../contract/directory.js';
import type { OnnxDtype } from '../contract/dtypes.js';
import { readJson } from '../contract/json-file.js';
import type { RealManifest } from '../contract/manifest.js';
import { problem, reasonOf } from '../errors.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { readModel } from '../formats/onnx/read.js';
import type { HubSettings } from '../hub/endpoint.js';
import { fetchFiles, missingBytes } from '../hub/fetch-files.js';
import { cachedListing } from '../hub/hf-cache.js';
import { createHttp, type Http } from '../hub/http.js';
import { type Listing, listRepository, type RemoteFile } from '../hub/listing.js';
import { lockOf, ownerInWords, withLock } from '../hub/lock.js';
import type { RetryPolicy } from '../hub/retry.js';
import { selectFiles } from '../hub/selection.js';
import { isDiskError } from '../hub/transfer.js';
import { PART_BYTES } from '../hub/transfer-state.js';
import { createCacheDirectory, unwritable } from './cache.js';
import { type Checkpoint, MANIFEST, openCheckpoint, tryOpenCheckpoint } from './checkpoint.js';
import { verify } from './ensure-checkpoint.js';
import { requirePlainData } from './locate-real.js';
import { realDirectory, rememberRevision, requireOwnFolder } from './real.js';

export interface PullRequest {
  repo: string;
  revision: string;
  dtype: OnnxDtype;
}

export interface PullProgress {
  step: 'verify' | 'download';
  doneBytes: number;
  totalBytes: number;
}

export interface PullOptions {
  cache: string;
  settings: HubSettings;
  signal?: AbortSignal;
  retries?: RetryPolicy;
  partBytes?: number;
  onProgress?: (progress: PullProgress) => void;
  /** Something for the user to know: waiting for another process, a copy that was found. */
  onNote?: (note: string) => void;
  /** A long pause before the next attempt, and why. */
  onPause?: (ms: number, reason: string) => void;
}

export interface Pulled {
  checkpoint: Checkpoint;
  /** 'here' if it was already on this disk and complete. */
  outcome: 'here' | 'pulled';
  downloadedBytes: number;
}

export async function pullCheckpoint(request: PullRequest, options: PullOptions): Promise<Pulled> {
  const http = createHttp(options.settings, options.signal, options.retries, options.onPause);
  try {
    const listing = await listingOf(http, request);
    const directory = realDirectory(options.cache, request.repo, listing.commit, request.dtype);
    requireOwnFolder(options.cache, request.repo);
    createCacheDirectory(dirname(directory));
    const pulled = await withLock(
      lockOf(directory),
      {
        signal: options.signal,
        onWait: (owner) => options.onNote?.(`${ownerInWords(owner)} is pulling the same files; waiting for it`),
      },
      () => pullInto(http, request, listing, directory, options),
    );
    rememberRevision(options.cache, request.repo, request.revision, listing.commit);
    return pulled;
  } catch (error) {
    throw explained(error, options.cache);
  } finally {
    await http.close();
  }
}

/** The hub's listing; offline, that of the Python tools' cache. */
async function listingOf(http: Http, { repo, revision }: PullRequest): Promise<Listing> {
  if (!http.settings.offline) return listRepository(http, repo, revision);
  const listing = cachedListing(http.settings.hubCache, repo, revision);
  if (listing === null) throw problem('hub-offline', { repo });
  return listing;
}

async function pullInto(
  http: Http,
  request: PullRequest,
  listing: Listing,
  directory: string,
  options: PullOptions,
): Promise<Pulled> {
  const selection = selectFiles(
    `${request.repo} at ${listing.commit.slice(0, 8)}`,
    listing.files.map((file) => file.path),
    request.dtype,
  );
  const files = selection.paths.map((path) => listing.files.find((file) => file.path === path)!);
  const here = await wholeCheckpoint(directory, files, options);
  if (here !== null) return { checkpoint: here, outcome: 'here', downloadedBytes: 0 };
  const partial = `${directory}.partial`;
  const onNote = options.onNote ?? (() => {});
  const onProgress = (doneBytes: number, totalBytes: number) =>
    options.onProgress?.({ step: 'download', doneBytes, totalBytes });
  mkdirSync(join(partial, 'onnx'), { recursive: true });
  requireSpace(partial, missingBytes(partial, files));
  const fetched = await fetchFiles(
    { http, listing, partial, partBytes: options.partBytes ?? PART_BYTES, onNote, onProgress },
    files,
  );
  for (const { path } of files) requireJson(partial, path, `${request.repo} at ${listing.commit.slice(0, 8)}`);
  const graph = readModel(join(partial, selection.graph));
  requirePlainData({ directory: partial, paths: selection.paths });
  const manifest: RealManifest = {
    schemaVersion: 1,
    model: request.repo,
    weights: 'real',
    dtype: request.dtype,
    source: { kind: 'hub', repo: request.repo, revision: listing.commit, license: listing.license },
    graph: selection.graph,
    parameters: graphFacts(graph).parameters,
    files: fetched.files,
  };
  writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  // If anything is there, wholeCheckpoint() found a fault in it.
  rmSync(directory, { recursive: true, force: true });
  renameSync(partial, directory);
  return { checkpoint: openCheckpoint(directory), outcome: 'pulled', downloadedBytes: fetched.downloadedBytes };
}

/** A server may list, with its hash, a page of words where a configuration should be. */
function requireJson(directory: string, path: string, where: string): void {
  if (!path.endsWith('.json')) return;
  try {
    readJson(join(directory, path));
  } catch (error) {
    throw problem('layout-invalid', { where, reason: `${path} is not JSON` }, error);
  }
}

/** The checkpoint that is already there, if its files are those of the listing and every hash is right. */
async function wholeCheckpoint(
  directory: string,
  files: RemoteFile[],
  options: PullOptions,
): Promise<Checkpoint | null> {
  const found = tryOpenCheckpoint(directory);
  if (found?.manifest.files.length !== files.length) return null;
  const isListed = found.manifest.files.every(({ path, bytes, sha256 }) => {
    const file = files.find((known) => known.path === path);
    return file?.bytes === bytes && (file.sha256 === null || file.sha256 === sha256);
  });
  if (!isListed) return null;
  const fault = await verify(found, options);
  if (fault === null) return found;
  options.onNote?.(`${fault}; it is pulled again`);
  return null;
}

/** A system error as a message that says what could not be written or read; other errors as they are. */
export function explained(error: unknown, cache: string): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (!isDiskError(error) && !/^(EACCES|EPERM|ENAMETOOLONG)$/.test(code ?? '')) return error;
  const isInside = path === undefined || !relative(resolve(cache), resolve(path)).startsWith('..');
  // Outside the cache, a pull only reads.
  return isInside ? unwritable(cache, error) : problem('file-unreadable', { path, reason: reasonOf(error) }, error);
}
