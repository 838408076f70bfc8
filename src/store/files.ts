// results/<machine>/<suite>-<start>.json: a name of its own, saved atomically, validated when read.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createDirectory, partialPath } from '../contract/directory.js';
import { formatDocument } from '../contract/document-text.js';
import { readJson, validate } from '../contract/json-file.js';
import { type ResultDocument, resultSchema, SCHEMA_VERSION } from '../contract/result.js';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';

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
  return documentIn(path, readJson(path));
}

/** The document in a parsed file. Throws result-newer, or file-invalid with the fields that are wrong. */
export function documentIn(path: string, value: unknown): ResultDocument {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw problem('result-newer', { path, found: version, known: SCHEMA_VERSION });
  }
  return validate(path, value, resultSchema);
}
