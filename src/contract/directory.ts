// Makes directories one level at a time: Node's own recursive mkdir never returns where a file system refuses with
// ENOENT (/proc, some network mounts).
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Creates `path` and its parents; throws the system's error of the first level that cannot be made. */
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
