// Where pulled checkpoints live: `<cache>/real/<org>--<name>/<commit>/<dtype>`, and `refs/` beside the commits, which
// remembers what a revision was when it was pulled, so that a run needs no network.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import { problem } from '../errors.js';

const COMMIT = /^[0-9a-f]{40}$/;
/** As the hub has them; `--` separates the parts in folder names and is not allowed in them. */
const REPO_PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9](?:[A-Za-z0-9._-]{0,95})$/;

export function isRepo(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => REPO_PART.test(part));
}

function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

export function repositoryDirectory(cache: string, repo: string): string {
  if (!isRepo(repo)) throw new Error(`"${repo}" is not a repository`);
  return join(cache, 'real', repo.replace('/', '--'));
}

/** Throws where this disk does not tell the repository's folder from that of another one, which is here. */
export function requireOwnFolder(cache: string, repo: string): void {
  const directory = repositoryDirectory(cache, repo);
  if (!existsSync(directory)) return;
  const other = otherSpelling(entriesOf(dirname(directory)), basename(directory));
  if (other === null) return;
  const known = other.replace('--', '/');
  throw problem('input-invalid', {
    what: `${repo} would lie where ${known} lies: ${cache} is on a disk that does not tell upper case from lower case`,
    expected: `${known}, where that is the repository you mean; else remove it first: edgeproof models rm ${known}`,
  });
}

/** The name that is `folder` but for case, where `folder` itself is not among the names. */
export function otherSpelling(names: string[], folder: string): string | null {
  if (names.includes(folder)) return null;
  return names.find((name) => name.toLowerCase() === folder.toLowerCase()) ?? null;
}

export function realDirectory(cache: string, repo: string, commit: string, dtype: string): string {
  if (!isCommit(commit) || !/^[a-z0-9]+$/.test(dtype)) throw new Error(`"${commit}/${dtype}" is not a checkpoint`);
  return join(repositoryDirectory(cache, repo), commit, dtype);
}

/** The commit that `revision` stood for at the last pull; null when it was never pulled. */
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

/** Revisions may hold slashes (`refs/pr/1`); a name in one folder may not. */
function referencePath(cache: string, repo: string, revision: string): string {
  return join(repositoryDirectory(cache, repo), 'refs', encodeURIComponent(revision).replaceAll('.', '%2E'));
}
