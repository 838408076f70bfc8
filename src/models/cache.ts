// Where checkpoints live on this disk, and what is in there.
import { readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createDirectory } from '../contract/directory.js';
import { problem, reasonOf } from '../errors.js';

/** `EDGEPROOF_CACHE`, else the platform's convention for caches. */
export function cacheDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.EDGEPROOF_CACHE) return env.EDGEPROOF_CACHE;
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'edgeproof');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'edgeproof', 'Cache');
  // The XDG specification has empty and relative values ignored.
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'edgeproof');
}

export function createCacheDirectory(path: string): void {
  try {
    createDirectory(path);
  } catch (error) {
    throw problem(
      'directory-unwritable',
      { path, purpose: 'checkpoints', reason: reasonOf(error), option: 'EDGEPROOF_CACHE' },
      error,
    );
  }
}

/** Names in a directory; an absent directory is an empty one. */
export function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return [];
    throw problem('file-unreadable', { path: directory, reason: reasonOf(error) }, error);
  }
}

const PARTIAL = /\.partial-(\d+)(\.old)?$/;

/** The name under which this process builds `path` before it is renamed into place. */
export function partialPath(path: string): string {
  return `${path}.partial-${process.pid}`;
}

/** Removes what dead processes left half-written beside `path`. */
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
