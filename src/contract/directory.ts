// Directories as every room needs them: made, listed, with room for what is written, and cleared of what dead processes
// left half-written.
import { mkdirSync, readdirSync, rmSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';

/** What is at a path; null where nothing is, or the path is none: too long, a circle of links, a NUL in it. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (/^(ENOENT|ENOTDIR|ELOOP|ENAMETOOLONG|ERR_INVALID_ARG_VALUE)$/.test(code ?? '')) return null;
    throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
  }
}

/**
 * Creates `path` and its parents; throws the system's error for the first level that cannot be made. Node's own
 * recursive mkdir never returns where a file system answers ENOENT (/proc, some network mounts).
 */
export function createDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) createDirectory(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** The sorted names in a directory; none where there is no directory. */
export function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw problem('file-unreadable', { path: directory, reason: reasonOf(error) }, error);
  }
}

/** Throws disk-full where `bytes` do not fit on the disk of `directory`. */
export function requireSpace(directory: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < bytes) throw outOfSpace(directory, bytes);
}

/** disk-full: `bytes` were to be written in `directory`. */
export function outOfSpace(directory: string, bytes: number, cause?: unknown): EdgeproofError {
  const { bavail, bsize } = statfsSync(directory);
  const megabytes = (value: number) => `${Math.ceil(value / 1e6)} MB`;
  return problem('disk-full', { path: directory, needed: megabytes(bytes), free: megabytes(bavail * bsize) }, cause);
}

export function isOutOfSpace(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '');
}

const PARTIAL = /\.partial-(\d+)(\.old)?$/;

/** The name under which this process writes `path` until it is complete and renamed. */
export function partialPath(path: string): string {
  return `${path}.partial-${process.pid}`;
}

/** Removes what processes that have died left half-written in `directory`. */
export function removeAbandoned(directory: string): void {
  for (const name of entriesOf(directory)) {
    const pid = Number(PARTIAL.exec(name)?.[1] ?? 0);
    if (pid !== 0 && pid !== process.pid && !isAlive(pid))
      rmSync(join(directory, name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * A script of this package that is started as a process, by its path in dist/. All paths of our own are found from files one
 * folder deep, since that is where the bundled command's chunks are, too (scripts/bundle.mjs).
 */
export function ownScript(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
