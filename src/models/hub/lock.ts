// One process at a time: a lock file that names its owner, kept fresh while the owner lives. A second process waits.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '../cache.js';

const REFRESH_MS = 2000;
/** Without a sign of life for this long, the owner is gone (killed on another machine, or its pid was reused). */
const STALE_MS = 30_000;
const POLL_MS = 200;

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once, with the owner's process id, when there is something to wait for. */
  onWait?: (owner: number) => void;
}

/** Runs `work` while holding `path`. */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  for (let waited = false; !take(path); waited = true) {
    const owner = ownerOf(path);
    if (owner === null || isStale(path, owner)) {
      breakLock(path);
      continue;
    }
    if (!waited) options.onWait?.(owner);
    await pause(POLL_MS, undefined, { signal: options.signal }).catch(() => {});
    options.signal?.throwIfAborted();
  }
  const refresh = setInterval(() => touch(path), REFRESH_MS);
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    if (ownerOf(path) === process.pid) rmSync(path, { force: true });
  }
}

/** The name appears with its content, so that nobody reads an empty lock. */
function take(path: string): boolean {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    return takeWithoutLinks(path);
  } finally {
    rmSync(mine, { force: true });
  }
}

function takeWithoutLinks(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function isStale(path: string, owner: number): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return false;
  return Date.now() - modified > STALE_MS || (owner > 0 && owner !== process.pid && !isAlive(owner));
}

/** Moves a dead lock away; another process may do the same, so what was moved is looked at again. */
function breakLock(path: string): void {
  const moved = `${path}.dead-${process.pid}`;
  try {
    renameSync(path, moved);
  } catch {
    return;
  }
  const owner = ownerOf(moved);
  // It was taken anew between the look and the move: put it back.
  if (owner !== null && !isStale(moved, owner)) {
    try {
      linkSync(moved, path);
    } catch {
      // Somebody else holds the name by now.
    }
  }
  rmSync(moved, { force: true });
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The lock was broken by somebody who thought us dead; the work goes on, its files are checked by hash.
  }
}
