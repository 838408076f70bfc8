// What people call results: a file or a folder, `latest`, `previous`, a machine, a pattern, part of a file name, and each of
// these behind a git revision (`HEAD~10:latest`).
import { basename, dirname, join, relative } from 'node:path';
import picomatch from 'picomatch';
import { hasSucceeded, isSameMachine, shareCases } from '../contract/comparable.js';
import { entriesOf } from '../contract/directory.js';
import { isDirectory, isRegularFile } from '../contract/regular-file.js';
import type { ResultDocument } from '../contract/result.js';
import { problem } from '../errors.js';
import {
  byStart,
  fileAt,
  listResults,
  type OnPassedOver,
  type ResultFile,
  readNewest,
  resultsIn,
  type StoredResult,
} from './listing.js';
import { resultsAt } from './revision.js';

/** What a name stands for, the oldest first. */
interface Named {
  files: ResultFile[];
  /** Where one result is wanted: the newest that succeeded, the one before it, or the last file whatever is in it. */
  one: 'newest' | 'previous' | 'last';
}

/**
 * One result by its name: of several the newest in which something succeeded. `previous` is the newest before it that shares
 * cases. `like`: prefers a result with cases in common. Throws result-unknown, or what reading it throws.
 */
export function openResult(
  directory: string,
  name: string,
  onPassedOver: OnPassedOver = () => {},
  like?: ResultDocument,
): StoredResult {
  const { files, one } = named(directory, name, onPassedOver);
  const last = files.at(-1);
  if (one === 'last' && last !== undefined) return { path: last.path, document: last.read() };
  const found = one === 'previous' ? previousOf(files, onPassedOver) : newestOf(files, onPassedOver, like);
  if (found !== null) return found;
  throw problem('result-unknown', { name, directory });
}

/** All results that the names stand for, each once, the oldest first. `latest`, `previous` and files stand for one. */
export function namedResults(
  directory: string,
  names: readonly string[],
  onPassedOver: OnPassedOver = () => {},
): ResultFile[] {
  const all = names.flatMap((name) => {
    const { files } = named(directory, name, onPassedOver);
    if (!isKeyword(unrevised(name))) return files;
    const { path } = openResult(directory, name, onPassedOver);
    return files.filter((file) => file.path === path);
  });
  const unique = [...new Map(all.map((file) => [file.path, file])).values()];
  return unique.sort((a, b) => byStart(a.path, b.path));
}

/** `main..HEAD` as the two names that it stands for, each the newest result of its revision; null for other names. */
export function rangeOf(name: string): [baseline: string, candidate: string] | null {
  const [, from, to] = /^([^.]|[^.].*?[^.])\.\.([^.].*)$/.exec(name) ?? [];
  return from === undefined || isRegularFile(name) ? null : [`${from}:latest`, `${to}:latest`];
}

function named(directory: string, name: string, onPassedOver: OnPassedOver): Named {
  if (isRegularFile(name)) return { files: [fileAt(name)], one: 'last' };
  if (isDirectory(name)) return { files: filesIn(name, onPassedOver), one: 'newest' };
  const [, revision, rest] = /^(.+?):(.*)$/.exec(name) ?? [];
  const atRevision = revision === undefined ? null : resultsAt(directory, revision);
  const files = atRevision ?? listResults(directory, onPassedOver).map(fileAt);
  const wanted = atRevision === null ? name : rest! || 'latest';
  if (isKeyword(wanted)) return { files, one: wanted === 'latest' ? 'newest' : wanted };
  const chosen = matching(files, wanted, directory);
  if (chosen.files.length === 0) throw problem('result-unknown', { name, directory });
  return chosen;
}

function unrevised(name: string): string {
  return name.slice(name.indexOf(':') + 1) || 'latest';
}

function isKeyword(name: string): name is 'latest' | 'previous' {
  return name === 'latest' || name === 'previous';
}

/** Those in a folder and in its folders: of a machine, or of several. */
function filesIn(folder: string, onPassedOver: OnPassedOver): ResultFile[] {
  const folders = entriesOf(folder).map((name) => join(folder, name));
  return [folder, ...folders.filter(isDirectory)]
    .flatMap((path) => resultsIn(path, onPassedOver))
    .sort(byStart)
    .map(fileAt);
}

/** All of a machine; else those that match a pattern; else those that have `name` in their file names. */
function matching(files: readonly ResultFile[], name: string, directory: string): Named {
  const ofMachine = files.filter(({ path }) => basename(dirname(path)) === name);
  if (ofMachine.length > 0) return { files: ofMachine, one: 'newest' };
  if (/[*?[\]{}]/.test(name)) {
    const isMatch = picomatch(name, { basename: !name.includes('/') });
    const matches = ({ path }: ResultFile) =>
      [path, relative(directory, withoutRevision(path, directory))].some((text) => isMatch(text));
    return { files: files.filter(matches), one: 'newest' };
  }
  const isNamed = (path: string) => (name.includes('/') ? path.endsWith(`:${name}`) : basename(path).includes(name));
  return { files: files.filter(({ path }) => isNamed(path)), one: 'last' };
}

function withoutRevision(path: string, directory: string): string {
  const at = path.indexOf(`:${directory}`);
  return at < 0 ? path : path.slice(at + 1);
}

function newestOf(
  files: readonly ResultFile[],
  onPassedOver: OnPassedOver,
  like?: ResultDocument,
): StoredResult | null {
  let newest: StoredResult | null = null;
  for (const stored of succeeded(files, onPassedOver)) {
    if (like === undefined || shareCases(stored.document, like)) return stored;
    newest ??= stored;
  }
  return newest;
}

/** If none before the newest has a case in common with it, the last of the same machine, or the last of all. */
function previousOf(files: readonly ResultFile[], onPassedOver: OnPassedOver): StoredResult | null {
  let latest: ResultDocument | null = null;
  let [ofMachine, ofAny]: (StoredResult | null)[] = [null, null];
  for (const stored of succeeded(files, onPassedOver)) {
    if (latest === null) latest = stored.document;
    else if (shareCases(stored.document, latest)) return stored;
    else {
      if (isSameMachine(stored.document, latest)) ofMachine ??= stored;
      ofAny ??= stored;
    }
  }
  return ofMachine ?? ofAny ?? null;
}

function* succeeded(files: readonly ResultFile[], onPassedOver: OnPassedOver): Generator<StoredResult> {
  for (const stored of readNewest(files, onPassedOver)) {
    if (hasSucceeded(stored.document)) yield stored;
    else onPassedOver(problem('result-unmeasured', { path: stored.path }));
  }
}
