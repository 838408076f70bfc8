// Where checkpoints live on this disk.
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
