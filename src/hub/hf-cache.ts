// Files that the Python tools have already downloaded: `models--org--name/snapshots/<commit>/` holds links into `blobs/`,
// where each file is named by its hash. They are copied, because ONNX Runtime refuses external data behind links.
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Listing, RemoteFile } from './listing.js';

const COMMIT = /^[0-9a-f]{40}$/;

const repositoryFolder = (hubCache: string, repo: string) => join(hubCache, `models--${repo.replace('/', '--')}`);

/** The path of this file in that cache, if its size is right; its content is not checked yet. */
export function cachedCopy(hubCache: string, repo: string, commit: string, file: RemoteFile): string | null {
  const path = join(repositoryFolder(hubCache, repo), 'snapshots', commit, file.path);
  try {
    accessSync(path, constants.R_OK);
    const found = statSync(path);
    return found.isFile() && found.size === file.bytes ? path : null;
  } catch {
    // Absent, unreadable, or a broken link: it is downloaded instead.
    return null;
  }
}

/** What that cache holds of the repository, without asking the hub; null if it does not know the revision. */
export function cachedListing(hubCache: string, repo: string, revision: string): Listing | null {
  const folder = repositoryFolder(hubCache, repo);
  const commit = COMMIT.test(revision) ? revision : referenceIn(folder, revision);
  if (commit === null) return null;
  const snapshot = join(folder, 'snapshots', commit);
  const files = namesIn(snapshot).flatMap((path): RemoteFile[] => {
    const blob = basename(realpathSync(join(snapshot, path)));
    const [sha256, gitOid] = [/^[0-9a-f]{64}$/.test(blob) ? blob : null, COMMIT.test(blob) ? blob : null];
    if (sha256 === null && gitOid === null) return [];
    return [{ path, bytes: statSync(join(snapshot, path)).size, sha256, gitOid }];
  });
  return files.length === 0 ? null : { repo, commit, license: null, files };
}

function referenceIn(folder: string, revision: string): string | null {
  if (!/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/.test(revision) || revision.includes('..')) return null;
  try {
    const commit = readFileSync(join(folder, 'refs', revision), 'utf8').trim();
    return COMMIT.test(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** Paths, in the repository, of the snapshot's files whose links are not broken. */
function namesIn(snapshot: string): string[] {
  try {
    return readdirSync(snapshot, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => statSync(join(snapshot, path), { throwIfNoEntry: false })?.isFile());
  } catch {
    return [];
  }
}
