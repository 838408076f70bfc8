// Results as they were at a revision of the git repository that holds them.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { FILE_BOUNDS } from '../contract/file-bounds.js';
import { parseJson } from '../contract/json-file.js';
import { statOf } from '../contract/regular-file.js';
import { problem, reasonOf } from '../errors.js';
import { documentIn } from './files.js';
import { byStart, type ResultFile } from './listing.js';

/** The results of `directory` in `revision`, the oldest first; null where git does not know the revision. */
export function resultsAt(directory: string, revision: string): ResultFile[] | null {
  const place = placeInRepository(directory);
  const commit = place === null ? null : commitOf(place.root, revision);
  if (place === null || commit === null) return null;
  const listed = git(place.root, 'ls-tree', '-r', '-z', '--name-only', commit, '--', `${place.path}/`) ?? '';
  return listed
    .split('\0')
    .filter((path) => path.endsWith('.json') && path.slice(place.path.length + 1).split('/').length === 2)
    .sort(byStart)
    .map((path) => {
      const name = `${revision}:${join(directory, relative(place.path, path))}`;
      return { path: name, read: () => documentIn(name, parseJson(name, blob(place.root, `${commit}:${path}`, name))) };
    });
}

/** The repository that holds a folder, which need not be there any more, and the path of the folder in it. */
function placeInRepository(directory: string): { root: string; path: string } | null {
  let existing = resolve(directory);
  while (!statOf(existing)?.isDirectory()) existing = dirname(existing);
  const root = git(existing, 'rev-parse', '--show-toplevel')?.trim();
  if (root === undefined) return null;
  const path = join(relative(realpathSync(root), realpathSync(existing)), relative(existing, resolve(directory)));
  return { root, path: path.split(sep).join('/') };
}

function commitOf(root: string, revision: string): string | null {
  return git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)?.trim() ?? null;
}

function blob(root: string, object: string, name: string): Buffer {
  try {
    return run(root, ['cat-file', 'blob', object]);
  } catch (error) {
    throw problem('file-unreadable', { path: name, reason: reasonOf(error) }, error);
  }
}

/** null where git refuses, or is not installed. */
function git(directory: string, ...parameters: string[]): string | null {
  try {
    return run(directory, parameters).toString('utf8');
  } catch {
    return null;
  }
}

function run(directory: string, parameters: string[]): Buffer {
  return execFileSync('git', ['-C', directory, ...parameters], {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 * FILE_BOUNDS.jsonBytes,
  });
}
