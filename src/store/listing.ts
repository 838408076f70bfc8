// Which results lie in a folder, and in what order. Nothing is read before it is asked for; what cannot be read is named
// and passed over.
import { basename, dirname, join } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import { isRegularFile, statOf } from '../contract/regular-file.js';
import type { ResultDocument } from '../contract/result.js';
import { EdgeproofError, problem } from '../errors.js';
import { readResult } from './files.js';

export type OnPassedOver = (error: EdgeproofError) => void;

/** A stored result that has not been read. */
export interface ResultFile {
  /** As people name it: a path, or `HEAD~10:results/…` for one in git. */
  path: string;
  read(): ResultDocument;
}

export interface StoredResult {
  path: string;
  document: ResultDocument;
}

/** Paths of all results, the oldest first. Folders and files that cannot be opened are passed over; `onPassedOver` hears of them. */
export function listResults(directory: string, onPassedOver: OnPassedOver = () => {}): string[] {
  if (statOf(directory)?.isFile())
    throw problem('file-unreadable', { path: directory, reason: 'ENOTDIR: not a directory' });
  const machines = entriesOf(directory).map((name) => join(directory, name));
  return machines.flatMap((machine) => resultsIn(machine, onPassedOver)).sort(byStart);
}

/** Paths of the results in one folder, the oldest first. */
export function resultsIn(folder: string, onPassedOver: OnPassedOver): string[] {
  try {
    return entriesOf(folder)
      .map((name) => join(folder, name))
      .filter((path) => path.endsWith('.json') && isReadable(path, onPassedOver))
      .sort(byStart);
  } catch (error) {
    if (!(error instanceof EdgeproofError)) throw error;
    onPassedOver(error);
    return [];
  }
}

function isReadable(path: string, onPassedOver: OnPassedOver): boolean {
  const isFile = isRegularFile(path);
  if (!isFile) onPassedOver(problem('file-unreadable', { path, reason: 'it is not a file' }));
  return isFile;
}

/** Sorts paths by start, and by number where several started in one second. */
export function byStart(a: string, b: string): number {
  const [one, other] = [orderOf(a), orderOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function orderOf(path: string): string {
  const [, start = '', number = '1'] = /(\d{8}T\d{6}Z)(?:-(\d+))?\.json$/.exec(path) ?? [];
  return start + number.padStart(6, '0');
}

export function fileAt(path: string): ResultFile {
  return { path, read: () => readResult(path) };
}

/** The documents of `files`, the last first; those that cannot be read go to `onPassedOver`. */
export function* readNewest(files: readonly ResultFile[], onPassedOver: OnPassedOver): Generator<StoredResult> {
  for (const { path, read } of files.toReversed()) {
    try {
      yield { path, document: read() };
    } catch (error) {
      if (!(error instanceof EdgeproofError)) throw error;
      onPassedOver(error);
    }
  }
}

/** Results, of one machine or of all, the newest first. */
export function newestResults(
  directory: string,
  onPassedOver: OnPassedOver,
  machine?: string,
): Generator<StoredResult> {
  const paths = listResults(directory, onPassedOver).filter(
    (path) => machine === undefined || basename(dirname(path)) === machine,
  );
  return readNewest(paths.map(fileAt), onPassedOver);
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
