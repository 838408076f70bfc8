// Writes a checkpoint, whatever it holds: into a directory of its own, hashed while it is written, the manifest last,
// then renamed into place. What fails or is interrupted leaves nothing behind.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { partialPath, removeAbandoned, requireSpace } from '../contract/directory.js';
import type { CheckpointFile, Manifest } from '../contract/manifest.js';
import { createCacheDirectory, writeFailure } from './cache.js';
import { hashFile, MANIFEST, tryOpenCheckpoint } from './checkpoint.js';

/** Bytes that lie at a fixed place in the data file, made when they are written. */
export interface PlacedBytes {
  offset: number;
  bytes: number;
  /** In file order and `bytes` long together. A chunk must not change after it was yielded: it is written later. */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** The one large file of a checkpoint. Only a few chunks of it are in memory at a time. */
export interface DataFile {
  path: string;
  bytes: number;
  /** In the order of their offsets. Gaps between them and behind the last are filled with zeros. */
  parts: Iterable<PlacedBytes>;
}

/** A small file, given as its content or as a file to copy. */
export type SmallFile = { path: string; content: string | Uint8Array } | { path: string; copyOf: string };

/** What a checkpoint consists of. Paths are relative to its directory. */
export interface CheckpointContents {
  /** null: everything is in the small files. */
  data: DataFile | null;
  small: readonly SmallFile[];
  /** `files`: the data file, then the small ones in their order. */
  manifest(files: CheckpointFile[]): Manifest;
}

interface WriteOptions {
  signal?: AbortSignal | undefined;
  /** Bytes of the data file. */
  onWritten?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

const WRITES_AT_ONCE = 4;

/**
 * Writes `contents` to `directory` and replaces what was there before. `judged` is the identity (`identityOf`) of what
 * the caller found missing or faulty. Throws disk-full, directory-unwritable, or the reason of the abort signal.
 */
export async function writeCheckpoint(
  contents: CheckpointContents,
  directory: string,
  judged: string | null,
  options: WriteOptions,
): Promise<void> {
  const parent = dirname(directory);
  const bytes = contents.data?.bytes ?? 0;
  createCacheDirectory(parent);
  removeAbandoned(parent);
  requireSpace(parent, bytes);
  const partial = partialPath(directory);
  try {
    await rm(partial, { recursive: true, force: true });
    const files = contents.data === null ? [] : [await writeData(partial, contents.data, options)];
    for (const file of contents.small) files.push(await writeSmall(partial, file));
    const manifest = contents.manifest(files);
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await putInPlace(partial, directory, judged, manifest);
  } catch (error) {
    throw writeFailure(error, parent, bytes);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Tells a directory from the one that replaces it; null where there is none. */
export async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}`;
}

/** How the manifest lists a file with this content. */
export function describeContent(path: string, content: string | Uint8Array): CheckpointFile {
  return { path, bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') };
}

async function writeSmall(directory: string, file: SmallFile): Promise<CheckpointFile> {
  const { path } = file;
  const to = join(directory, path);
  await mkdir(dirname(to), { recursive: true });
  if ('content' in file) {
    await writeFile(to, file.content);
    return describeContent(path, file.content);
  }
  // Copied, not linked: ONNX Runtime refuses external data behind links.
  await copyFile(file.copyOf, to);
  return { path, bytes: statSync(to).size, sha256: await hashFile(to) };
}

async function writeData(directory: string, data: DataFile, options: WriteOptions): Promise<CheckpointFile> {
  const path = join(directory, data.path);
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    let doneBytes = 0;
    const writing: Promise<void>[] = [];
    for await (const chunk of allChunks(data)) {
      // The next chunks are made and hashed while these are written.
      const write = writeWhole(file, chunk, doneBytes);
      write.catch(() => {});
      writing.push(write);
      hash.update(chunk);
      doneBytes += chunk.length;
      if (writing.length >= WRITES_AT_ONCE) await writing.shift();
      options.signal?.throwIfAborted();
      options.onWritten?.(doneBytes, data.bytes);
    }
    await Promise.all(writing);
  } finally {
    await file.close();
  }
  return { path: data.path, bytes: data.bytes, sha256: hash.digest('hex') };
}

/** Every byte of the data file in order. */
async function* allChunks({ parts, bytes, path }: DataFile): AsyncGenerator<Uint8Array> {
  let end = 0;
  for (const part of parts) {
    if (part.offset > end) yield new Uint8Array(part.offset - end);
    end = part.offset;
    for await (const chunk of part.chunks()) {
      yield chunk;
      end += chunk.length;
    }
    if (end !== part.offset + part.bytes) {
      throw new Error(`${path}: ${end - part.offset} bytes were made at ${part.offset} instead of ${part.bytes}`);
    }
  }
  if (bytes > end) yield new Uint8Array(bytes - end);
}

async function writeWhole(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** An equal checkpoint that another process has put there since `judged` may be in use, so it stays. */
async function putInPlace(partial: string, directory: string, judged: string | null, manifest: Manifest) {
  const now = await identityOf(directory);
  const isNew = now !== null && now !== judged;
  if (isNew && isDeepStrictEqual(tryOpenCheckpoint(directory)?.manifest, manifest)) return;
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
