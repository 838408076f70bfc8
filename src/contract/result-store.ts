// results/<machine>/<suite>-<start>.json: a name of its own, saved atomically, found by name, validated when read.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EdgeproofError, problem, reasonOf } from '../errors.js';
import { hasSucceeded, isSameMachine, shareCases } from './comparable.js';
import { createDirectory, entriesOf, partialPath } from './directory.js';
import { formatDocument } from './document-text.js';
import { readJson, validate } from './json-file.js';
import { isRegularFile, statOf } from './regular-file.js';
import { type ResultDocument, resultSchema, SCHEMA_VERSION } from './result.js';

export function resultPath(directory: string, document: ResultDocument): string {
  const start = document.startedAt.replace(/[-:]|\.\d+/g, '');
  return join(directory, document.machine.id, `${document.suite.content.name}-${start}.json`);
}

/** A side of paired rounds. These lie a folder deeper, so that they are never `latest` nor a baseline of other runs. */
export function pairPath(directory: string, document: ResultDocument, side: 'baseline' | 'candidate'): string {
  const path = resultPath(directory, document);
  const name = basename(path, '.json');
  return join(dirname(path), 'pairs', `${name}-${document.sitting}-${side}.json`);
}

/** Throws if the document cannot be written, before a long run rather than after it. */
export function requireWritable(path: string): void {
  const probe = `${path}.probe-${process.pid}`;
  try {
    createDirectory(dirname(path));
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a new document under a name that no other has, and returns its path: `path`, or `…-2.json`, `…-3.json` where runs
 * of one suite start in one second.
 */
export function reserveResult(path: string, document: ResultDocument): string {
  requireWritable(path);
  for (let number = 1; ; number++) {
    const free = number === 1 ? path : path.replace(/\.json$/, `-${number}.json`);
    try {
      writeFileSync(free, formatDocument(document), { flag: 'wx' });
      return free;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(free, error);
    }
  }
}

/** Writes beside the target and renames: a reader sees the old document or the new one, never half of one. */
export function saveResult(path: string, document: ResultDocument): void {
  const partial = partialPath(path);
  try {
    createDirectory(dirname(path));
    writeFileSync(partial, formatDocument(document));
    renameSync(partial, path);
  } catch (error) {
    if (existsSync(partial)) rmSync(partial);
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): EdgeproofError {
  const parameters = { path: dirname(path), purpose: 'results', reason: reasonOf(error), option: '--results' };
  return problem('directory-unwritable', parameters, error);
}

export function readResult(path: string): ResultDocument {
  const value = readJson(path);
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw problem('result-newer', { path, found: version, known: SCHEMA_VERSION });
  }
  return validate(path, value, resultSchema);
}

type OnPassedOver = (error: EdgeproofError) => void;

/** Paths of all results, the oldest first. Folders and files that cannot be opened are passed over; `onPassedOver` hears of them. */
export function listResults(directory: string, onPassedOver: OnPassedOver = () => {}): string[] {
  if (statOf(directory)?.isFile())
    throw problem('file-unreadable', { path: directory, reason: 'ENOTDIR: not a directory' });
  const machines = entriesOf(directory).map((name) => join(directory, name));
  const files = machines.flatMap((machine) => {
    try {
      return entriesOf(machine).map((name) => join(machine, name));
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onPassedOver(error);
      return [];
    }
  });
  const isReadable = (path: string) => {
    const isFile = isRegularFile(path);
    if (!isFile) onPassedOver(problem('file-unreadable', { path, reason: 'it is not a file' }));
    return isFile;
  };
  return files
    .filter((path) => path.endsWith('.json') && isReadable(path))
    .sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
}

/** Sorts by start, and by number where several started in one second. */
function orderOf(path: string): string {
  const [, start = '', number = '1'] = /(\d{8}T\d{6}Z)(?:-(\d+))?\.json$/.exec(path) ?? [];
  return start + number.padStart(6, '0');
}

interface StoredResult {
  path: string;
  document: ResultDocument;
}

/** Results, of one machine or of all, the newest first; those that cannot be read go to `onPassedOver` and are passed over. */
export function* newestResults(
  directory: string,
  onPassedOver: OnPassedOver,
  machine?: string,
): Generator<StoredResult> {
  for (const path of listResults(directory, onPassedOver).toReversed()) {
    if (machine !== undefined && basename(dirname(path)) !== machine) continue;
    try {
      yield { path, document: readResult(path) };
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onPassedOver(error);
    }
  }
}

/** The newest result that `wanted` accepts. */
export function newestResult(
  directory: string,
  wanted: (document: ResultDocument) => boolean,
  onPassedOver: OnPassedOver,
): StoredResult | null {
  for (const stored of newestResults(directory, onPassedOver)) if (wanted(stored.document)) return stored;
  return null;
}

/**
 * A path, `latest`, `previous` (the newest before it that shares cases), or the newest whose file name contains `name`.
 * Unless named, a result in which nothing succeeded is not found.
 */
export function findResult(directory: string, name: string, onPassedOver: OnPassedOver = () => {}): string {
  if (isRegularFile(name)) return name;
  const found =
    name === 'latest' || name === 'previous'
      ? chosenResult(directory, name, onPassedOver)
      : listResults(directory, onPassedOver).findLast((path) => basename(path).includes(name));
  if (found === undefined) throw problem('result-unknown', { name, directory });
  return found;
}

function chosenResult(directory: string, name: 'latest' | 'previous', onPassedOver: OnPassedOver): string | undefined {
  let latest: ResultDocument | undefined;
  // If no earlier one has a case in common, the last of the same machine, or the last of all.
  let [ofMachine, ofAny]: (string | undefined)[] = [];
  for (const { path, document } of newestResults(directory, onPassedOver)) {
    if (!hasSucceeded(document)) {
      onPassedOver(problem('result-unmeasured', { path }));
      continue;
    }
    if (latest === undefined) {
      if (name === 'latest') return path;
      latest = document;
      continue;
    }
    if (shareCases(document, latest)) return path;
    if (isSameMachine(document, latest)) ofMachine ??= path;
    ofAny ??= path;
  }
  return ofMachine ?? ofAny;
}
