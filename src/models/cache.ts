// Where checkpoints live on this disk, and what keeps them from being written there.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createDirectory, isOutOfSpace, outOfSpace } from '../contract/directory.js';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';

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
    throw unwritable(path, error);
  }
}

/** A system error from writing `bytes` below `directory`, as disk-full or directory-unwritable; any other as it is. */
export function writeFailure(error: unknown, directory: string, bytes: number): unknown {
  if (isOutOfSpace(error)) return outOfSpace(directory, bytes, error);
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? unwritable(directory, error) : error;
}

export function unwritable(path: string, error: unknown): EdgeproofError {
  const parameters = { path, purpose: 'checkpoints', reason: reasonOf(error), option: 'EDGEPROOF_CACHE' };
  return problem('directory-unwritable', parameters, error);
}
