// Where pulled checkpoints are kept: `<cache>/real/<org>--<name>/<commit>/<dtype>`. `refs/` beside the commits records
// which commit a revision meant at its last pull, so that a run needs no network.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import { problem } from '../errors.js';

/** The hub's rule for names; `--`, which separates the two parts in folder names, is not allowed in them. */
const REPO_PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9](?:[A-Za-z0-9._-]{0,95})$/;

export function isRepo(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => REPO_PART.test(part));
}

const isCommit = (text: string) => /^[0-9a-f]{40}$/.test(text);

export function repositoryDirectory(cache: string, repo: string): string {
  if (!isRepo(repo)) throw new Error(`"${repo}" is not a repository`);
  return join(cache, 'real', repo.replace('/', '--'));
}

/** Throws if this disk ignores case and already has the folder of a repository that differs only in case. */
export function requireOwnFolder(cache: string, repo: string): void {
  const directory = repositoryDirectory(cache, repo);
  if (!existsSync(directory)) return;
  const other = otherSpelling(entriesOf(dirname(directory)), basename(directory));
  if (other === null) return;
  const known = other.replace('--', '/');
  throw problem('input-invalid', {
    what: `${repo} and ${known} would share a folder, because the disk of ${cache} ignores upper and lower case`,
    expected: `${known}, if that is the repository you mean; otherwise remove it first: edgeproof models rm ${known}`,
  });
}

/** The name that differs from `folder` only in case; null if there is none, or if `folder` itself is there. */
export function otherSpelling(names: string[], folder: string): string | null {
  if (names.includes(folder)) return null;
  return names.find((name) => name.toLowerCase() === folder.toLowerCase()) ?? null;
}

export function realDirectory(cache: string, repo: string, commit: string, dtype: string): string {
  if (!isCommit(commit) || !/^[a-z0-9]+$/.test(dtype)) throw new Error(`"${commit}/${dtype}" is not a checkpoint`);
  return join(repositoryDirectory(cache, repo), commit, dtype);
}

/** The commit that `revision` meant at its last pull; null if it was never pulled. */
export function pulledCommit(cache: string, repo: string, revision: string): string | null {
  if (isCommit(revision)) return revision;
  try {
    const commit = readFileSync(referencePath(cache, repo, revision), 'utf8').trim();
    return isCommit(commit) ? commit : null;
  } catch {
    return null;
  }
}

export function rememberRevision(cache: string, repo: string, revision: string, commit: string): void {
  if (isCommit(revision)) return;
  mkdirSync(join(repositoryDirectory(cache, repo), 'refs'), { recursive: true });
  writeFileSync(referencePath(cache, repo, revision), `${commit}\n`);
}

/** Revisions may contain slashes (`refs/pr/1`), file names may not. */
function referencePath(cache: string, repo: string, revision: string): string {
  return join(repositoryDirectory(cache, repo), 'refs', encodeURIComponent(revision).replaceAll('.', '%2E'));
}
