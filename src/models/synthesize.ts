// Writes synthetic checkpoints: the exact graph and shapes of a published model, filled with seeded random bytes.
// Streaming and atomic: built in a directory of its own, hashed while written, renamed when complete.
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { partialPath, removeAbandoned } from '../contract/directory.js';
import type { SyntheticManifest } from '../contract/manifest.js';
import { EdgeproofError, problem, reasonOf } from '../errors.js';
import { weightChunks } from '../networks/random-weights.js';
import { createCacheDirectory } from './cache.js';
import { type Checkpoint, faultOf, MANIFEST, openCheckpoint, syntheticDirectory } from './checkpoint.js';
import { type CheckpointPlan, type CheckpointSpec, planCheckpoint } from './checkpoint-plan.js';

export interface SynthesisProgress {
  step: 'verify' | 'write';
  doneBytes: number;
  totalBytes: number;
}

const WRITES_AT_ONCE = 4;

export interface Ensured {
  checkpoint: Checkpoint;
  /** Why it was written now: null when it was there and whole. */
  written: 'absent' | 'stale' | string | null;
}

interface Options {
  cache: string;
  signal?: AbortSignal;
  onProgress?: (progress: SynthesisProgress) => void;
}

/** The checkpoint of `spec`, verified by hash, or written now if it is absent, altered or made from another plan. */
export async function ensureSynthetic(spec: CheckpointSpec, options: Options): Promise<Ensured> {
  const plan = planCheckpoint(spec);
  const directory = syntheticDirectory(options.cache, spec.model.id, spec.layout, spec.dtype, plan.routing);
  const judged = await identityOf(directory);
  const found = tryOpen(directory);
  let reason = 'absent';
  if (found !== null) {
    if (found.manifest.plan !== plan.hash) reason = 'stale';
    else {
      const totalBytes = found.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      let doneBytes = 0;
      const fault =
        manifestFault(found.manifest, spec, plan) ??
        (await faultOf(found, (bytes) => {
          doneBytes += bytes;
          options.onProgress?.({ step: 'verify', doneBytes, totalBytes });
          options.signal?.throwIfAborted();
        }));
      if (fault === null) return { checkpoint: found, written: null };
      reason = fault;
    }
  }
  await writeCheckpoint(spec, plan, directory, judged, options);
  return { checkpoint: openCheckpoint(directory), written: reason };
}

function tryOpen(directory: string): Checkpoint<SyntheticManifest> | null {
  try {
    const { manifest, ...checkpoint } = openCheckpoint(directory);
    return manifest.weights === 'synthetic' ? { ...checkpoint, manifest } : null;
  } catch (error) {
    if (error instanceof EdgeproofError) return null;
    throw error;
  }
}

async function writeCheckpoint(
  spec: CheckpointSpec,
  plan: CheckpointPlan,
  directory: string,
  judged: string | null,
  options: Options,
): Promise<void> {
  const parent = dirname(directory);
  createCacheDirectory(parent);
  removeAbandoned(parent);
  await requireSpace(parent, plan.bytes);
  const partial = partialPath(directory);
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(dirname(join(partial, plan.dataPath)), { recursive: true });
    const dataHash = await writeData(join(partial, plan.dataPath), plan, spec.seed, options);
    for (const [path, content] of Object.entries(plan.small)) await writeFile(join(partial, path), content);
    const manifest = manifestOf(spec, plan, dataHash);
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await putInPlace(partial, directory, judged, plan.hash);
  } catch (error) {
    throw await writeFailure(error, parent, plan.bytes);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** What the system says against writing `bytes` there, in the words of the catalogue. */
export async function writeFailure(error: unknown, parent: string, bytes: number): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return outOfSpace(parent, bytes, error);
  if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') return error;
  const reason = reasonOf(error);
  return problem(
    'directory-unwritable',
    { path: parent, purpose: 'checkpoints', reason, option: 'EDGEPROOF_CACHE' },
    error,
  );
}

/** Everything but the hash of the data follows from the plan. */
function manifestOf(spec: CheckpointSpec, plan: CheckpointPlan, dataHash: string): SyntheticManifest {
  const small = Object.entries(plan.small).map(([path, content]) => ({
    path,
    bytes: Buffer.byteLength(content as string),
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return {
    schemaVersion: 1,
    model: spec.model.id,
    weights: 'synthetic',
    layout: spec.layout,
    dtype: spec.dtype,
    routing: plan.routing,
    seed: spec.seed,
    plan: plan.hash,
    parameters: plan.parameters,
    files: [{ path: plan.dataPath, bytes: plan.bytes, sha256: dataHash }, ...small],
  };
}

function manifestFault(manifest: SyntheticManifest, spec: CheckpointSpec, plan: CheckpointPlan): string | null {
  const dataHash = manifest.files.find((file) => file.path === plan.dataPath)?.sha256 ?? '';
  return isDeepStrictEqual(manifest, manifestOf(spec, plan, dataHash)) ? null : `${MANIFEST} was altered`;
}

/** Tells a directory from the one that replaces it. */
async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}`;
}

/**
 * Replaces what was `judged` missing or faulty. What another process has put there since is as good as ours, and may
 * be in use: it stays.
 */
async function putInPlace(partial: string, directory: string, judged: string | null, plan: string): Promise<void> {
  const now = await identityOf(directory);
  if (now !== null && now !== judged && tryOpen(directory)?.manifest.plan === plan) return;
  const old = `${partial}.old`;
  // A free place is taken by the rename below alone, which fails when another process was faster.
  if (now !== null) {
    await rename(directory, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  try {
    await rename(partial, directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function writeData(path: string, plan: CheckpointPlan, seed: number, options: Options): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    let doneBytes = 0;
    const writing: Promise<void>[] = [];
    for (const chunk of dataChunks(plan, seed)) {
      // The next chunks are made and hashed while these are written.
      const write = writeWhole(file, chunk, doneBytes);
      write.catch(() => {});
      writing.push(write);
      hash.update(chunk);
      doneBytes += chunk.length;
      if (writing.length >= WRITES_AT_ONCE) await writing.shift();
      options.signal?.throwIfAborted();
      options.onProgress?.({ step: 'write', doneBytes, totalBytes: plan.bytes });
    }
    await Promise.all(writing);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

export async function writeWhole(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

function* dataChunks({ header, weights, bytes }: CheckpointPlan, seed: number): Generator<Uint8Array> {
  let end = header.length;
  yield header;
  for (const weight of weights) {
    if (weight.offset > end) yield new Uint8Array(weight.offset - end);
    yield* weightChunks(weight, seed);
    end = weight.offset + weight.bytes;
  }
  if (bytes > end) yield new Uint8Array(bytes - end);
}

export async function requireSpace(directory: string, bytes: number): Promise<void> {
  const disk = await statfs(directory);
  if (disk.bavail * disk.bsize < bytes) throw await outOfSpace(directory, bytes);
}

async function outOfSpace(directory: string, bytes: number, cause?: unknown): Promise<EdgeproofError> {
  const disk = await statfs(directory);
  const megabytes = (value: number) => `${Math.ceil(value / 1e6)} MB`;
  return problem(
    'disk-full',
    { path: directory, needed: megabytes(bytes), free: megabytes(disk.bavail * disk.bsize) },
    cause,
  );
}
