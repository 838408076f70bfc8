// results/<machine>/<suite>-<start>.json: saved atomically, found by name, validated when read.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EdgeproofError, problem, reasonOf } from '../errors.js';
import { createDirectory, entriesOf, partialPath, statOf } from './directory.js';
import { formatDocument } from './document-text.js';
import { readJson, validate } from './json-file.js';
import { type ResultDocument, resultSchema, SCHEMA_VERSION } from './result.js';

export function resultPath(directory: string, document: ResultDocument): string {
  const start = document.startedAt.replace(/[-:]|\.\d+/g, '');
  return join(directory, document.machine.id, `${document.suite.content.name}-${start}.json`);
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

export type OnUnreadable = (error: EdgeproofError) => void;

/** Paths of all results, the oldest first. Folders and files that cannot be opened are passed over; `onUnreadable` hears of them. */
export function listResults(directory: string, onUnreadable: OnUnreadable = () => {}): string[] {
  if (statOf(directory)?.isFile())
    throw problem('file-unreadable', { path: directory, reason: 'ENOTDIR: not a directory' });
  const machines = entriesOf(directory).map((name) => join(directory, name));
  const files = machines.flatMap((machine) => {
    try {
      return entriesOf(machine).map((name) => join(machine, name));
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onUnreadable(error);
      return [];
    }
  });
  const startOf = (path: string) => /(\d{8}T\d{6}Z)\.json$/.exec(path)?.[1] ?? '';
  const isReadable = (path: string) => {
    const isFile = statOf(path)?.isFile() === true;
    if (!isFile) onUnreadable(problem('file-unreadable', { path, reason: 'it is not a file' }));
    return isFile;
  };
  return files
    .filter((path) => path.endsWith('.json') && isReadable(path))
    .sort((a, b) => startOf(a).localeCompare(startOf(b)));
}

/** The newest result that `wanted` accepts; files that cannot be read are handed to `onUnreadable` and passed over. */
export function newestResult(
  directory: string,
  wanted: (document: ResultDocument) => boolean,
  onUnreadable: OnUnreadable,
): { path: string; document: ResultDocument } | null {
  for (const path of listResults(directory, onUnreadable).toReversed()) {
    try {
      const document = readResult(path);
      if (wanted(document)) return { path, document };
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onUnreadable(error);
    }
  }
  return null;
}

/** A path, `latest`, `previous` (of the same suite), or the newest whose file name contains `name`. */
export function findResult(directory: string, name: string, onUnreadable?: OnUnreadable): string {
  if (statOf(name)?.isFile()) return name;
  const found = namedResult(listResults(directory, onUnreadable), name);
  if (found === undefined) throw problem('result-unknown', { name, directory });
  return found;
}

function namedResult(all: string[], name: string): string | undefined {
  if (name === 'latest') return all.at(-1);
  if (name !== 'previous') return all.findLast((path) => basename(path).includes(name));
  const suiteOf = (path: string) => basename(path).replace(/-?\d{8}T\d{6}Z\.json$/, '');
  const earlier = all.slice(0, -1);
  // If its suite ran only once, whatever ran before.
  return earlier.findLast((path) => suiteOf(path) === suiteOf(all.at(-1)!)) ?? earlier.at(-1);
}
