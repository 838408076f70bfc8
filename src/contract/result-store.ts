// results/<machine>/<suite>-<start>.json: saved atomically, found by name, read with care.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EdgeproofError, problem, reasonOf } from '../errors.js';
import { createDirectory } from './directory.js';
import { formatDocument } from './document-text.js';
import { parseJson, validate } from './json-file.js';
import { type ResultDocument, resultSchema, SCHEMA_VERSION } from './result.js';

export function resultPath(directory: string, document: ResultDocument): string {
  const start = document.startedAt.replace(/[-:]|\.\d+/g, '');
  return join(directory, document.machine.id, `${document.suite.content.name}-${start}.json`);
}

/** Throws before a long run rather than after it. */
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
  const partial = `${path}.partial-${process.pid}`;
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
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
  }
  const value = parseJson(path, text);
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw problem('result-newer', { path, found: version, known: SCHEMA_VERSION });
  }
  return validate(path, value, resultSchema);
}

/** Paths of all results, the oldest first. */
export function listResults(directory: string): string[] {
  const machines = entries(directory).filter((name) =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory(),
  );
  const files = machines.flatMap((machine) =>
    entries(join(directory, machine))
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(directory, machine, name)),
  );
  return files.sort((a, b) => startOf(a).localeCompare(startOf(b)));
}

function startOf(path: string): string {
  return /(\d{8}T\d{6}Z)\.json$/.exec(path)?.[1] ?? '';
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw problem('file-unreadable', { path: directory, reason: reasonOf(error) }, error);
  }
}

/** The newest result that `wanted` accepts; files that cannot be read are handed to `onUnreadable` and passed over. */
export function newestResult(
  directory: string,
  wanted: (document: ResultDocument) => boolean,
  onUnreadable: (error: EdgeproofError) => void,
): { path: string; document: ResultDocument } | null {
  for (const path of listResults(directory).toReversed()) {
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

/** Of the suite that ran last; where it ran once, of whatever ran before. */
function beforeLatest(all: string[]): string | undefined {
  const suiteOf = (path: string) => basename(path).replace(/-?\d{8}T\d{6}Z\.json$/, '');
  const earlier = all.slice(0, -1);
  return earlier.findLast((path) => suiteOf(path) === suiteOf(all.at(-1)!)) ?? earlier.at(-1);
}

/** A path, `latest`, `previous` (of the same suite), or the newest whose file name contains `name`. */
export function findResult(directory: string, name: string): string {
  if (statSync(name, { throwIfNoEntry: false })?.isFile()) return name;
  const all = listResults(directory);
  const found =
    name === 'latest'
      ? all.at(-1)
      : name === 'previous'
        ? beforeLatest(all)
        : all.findLast((path) => basename(path).includes(name));
  if (found === undefined) throw problem('result-unknown', { name, directory });
  return found;
}
