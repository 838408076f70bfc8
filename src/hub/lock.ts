// Lets one process at a time work on a directory, also where several machines share the disk: a lock file names its
// owner, who keeps touching it. A second process waits.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '../contract/directory.js';
import { problem } from '../errors.js';

const REFRESH_MS = 2000;
/** An untouched lock of this age has lost its owner: killed on another machine, or its pid is in use again. */
const STALE_MS = 30_000;
const POLL_MS = 200;

export interface Owner {
  pid: number;
  /** null in locks of older versions, which did not write it; then this machine is assumed. */
  host: string | null;
}

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once, if the lock has to be waited for. */
  onWait?: (owner: Owner) => void;
  /** Instead of waiting for a living owner, throw an error that names this. */
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

/** The lock of a checkpoint's directory, which is also that of its `.partial` directory. */
export function lockOf(directory: string): string {
  return `${directory.replace(/\.partial$/, '')}.lock`;
}

export function ownerInWords({ pid, host }: Owner): string {
  return host === null || host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
}

/** Links a file that is already written, so that nobody ever reads an empty lock. */
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
  /** When we first saw the lock in this state, by our own clock: another machine's may be wrong. */
  sinceMs: number;
  /** Whether it was touched since we first saw it. */
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

/** Moves a dead lock away. Another process may have replaced it by then, so what was moved is checked again. */
function breakLock(path: string, dead: string): void {
  const moved = `${path}.dead-${randomUUID()}`;
  try {
    renameSync(path, moved);
  } catch {
    return;
  }
  // A new owner took the lock in between: put it back.
  if (look(moved)?.text !== dead) {
    try {
      linkSync(moved, path);
    } catch {
      // Yet another process has the lock by now.
    }
  }
  rmSync(moved, { force: true });
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Another process took us for dead and removed the lock. The work goes on; its files are verified by hash.
  }
}
