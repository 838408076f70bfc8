// One process at a time, on this machine and on others that share the disk: a lock file that names its owner, kept
// fresh while the owner lives. A second process waits.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '../contract/directory.js';
import { problem } from '../errors.js';

const REFRESH_MS = 2000;
/** Without a sign of life for this long, the owner is gone (killed on another machine, or its pid was reused). */
const STALE_MS = 30_000;
const POLL_MS = 200;

export interface Owner {
  pid: number;
  /** null: not told, as older versions do not; then it is taken for this machine. */
  host: string | null;
}

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once, when there is something to wait for. */
  onWait?: (owner: Owner) => void;
  /** A living owner is an error that names this, instead of something to wait for. */
  refuse?: string;
  staleMs?: number;
}

/** Runs `work` while holding `path`. */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  let watched: Watched | null = null;
  while (!take(path, mine)) {
    const found = look(path);
    if (found === null) continue;
    const first = watched === null;
    watched = watch(watched, found);
    const state = stateOf(watched, options.staleMs ?? STALE_MS);
    if (state === 'dead') {
      breakLock(path, watched.text);
      continue;
    }
    if (state === 'alive' && options.refuse !== undefined) {
      throw problem('files-in-use', { what: options.refuse, owner: ownerInWords(ownerOf(found.text)) });
    }
    if (first) options.onWait?.(ownerOf(found.text));
    await pause(POLL_MS, undefined, { signal: options.signal }).catch(() => {});
    options.signal?.throwIfAborted();
  }
  const refresh = setInterval(() => touch(path), REFRESH_MS);
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    if (look(path)?.text === mine) rmSync(path, { force: true });
  }
}

/** The lock of a checkpoint's directory, and of the pull that makes it. */
export function lockOf(directory: string): string {
  return `${directory.replace(/\.partial$/, '')}.lock`;
}

export function ownerInWords({ pid, host }: Owner): string {
  return host === null || host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
}

/** The name appears with its content, so that nobody reads an empty lock. */
function take(path: string, mine: string): boolean {
  const prepared = `${path}.${randomUUID()}`;
  writeFileSync(prepared, mine);
  try {
    linkSync(prepared, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    return takeWithoutLinks(path, mine);
  } finally {
    rmSync(prepared, { force: true });
  }
}

function takeWithoutLinks(path: string, mine: string): boolean {
  try {
    writeFileSync(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

interface Look {
  text: string;
  modifiedMs: number;
}

interface Watched extends Look {
  /** By our clock, when the lock was first seen as it is: clocks of two machines need not agree. */
  sinceMs: number;
  /** It was refreshed under our eyes. */
  beats: boolean;
}

function look(path: string): Look | null {
  try {
    return { text: readFileSync(path, 'utf8'), modifiedMs: statSync(path).mtimeMs };
  } catch {
    return null;
  }
}

function watch(before: Watched | null, now: Look): Watched {
  if (before === null || before.text !== now.text) return { ...now, sinceMs: performance.now(), beats: false };
  if (before.modifiedMs === now.modifiedMs) return before;
  return { ...now, sinceMs: performance.now(), beats: true };
}

function ownerOf(text: string): Owner {
  const [pid, host] = text.split(' ');
  return { pid: Number(pid), host: host ?? null };
}

function stateOf({ text, modifiedMs, sinceMs, beats }: Watched, staleMs: number): 'alive' | 'dead' | 'unknown' {
  const { pid, host } = ownerOf(text);
  if (performance.now() - sinceMs > staleMs) return 'dead';
  if (host !== null && host !== hostname()) return beats ? 'alive' : 'unknown';
  if (Date.now() - modifiedMs > staleMs) return 'dead';
  if (pid > 0 && pid !== process.pid && !isAlive(pid)) return 'dead';
  return 'alive';
}

/** Moves a dead lock away; another process may do the same, so what was moved is looked at again. */
function breakLock(path: string, dead: string): void {
  const moved = `${path}.dead-${randomUUID()}`;
  try {
    renameSync(path, moved);
  } catch {
    return;
  }
  // It was taken anew between the look and the move: put it back.
  if (look(moved)?.text !== dead) {
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
