// Digests of many results. Those of a folder are kept in an index in the cache, so that a result is read once: a store of
// 10,000 opens in seconds. The index is made again where a file, or edgeproof itself, has changed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createDirectory, ownScript, partialPath } from '../contract/directory.js';
import { statOf } from '../contract/regular-file.js';
import type { Digest } from '../contract/views/digest.js';
import { EdgeproofError } from '../errors.js';
import { cacheDirectory } from '../models/cache.js';
import { digestOf } from '../stats/digest.js';
import { groupBy } from '../stats/group-by.js';
import type { OnPassedOver, ResultFile } from './listing.js';

interface Listener {
  onPassedOver: OnPassedOver;
  /** Before each result that is read, with how many have been and will be. */
  onRead?: (done: number, of: number) => void;
}

/** What tells that a file is the one that was digested, and the text of its digest, which is parsed when it is wanted. */
interface Entry {
  name: string;
  bytes: number;
  modifiedMs: number;
  text: string;
}

/** In the order of `files`; those that cannot be read go to `onPassedOver`. */
export function digestsOf(files: readonly ResultFile[], { onPassedOver, onRead = () => {} }: Listener): Digest[] {
  const folders = [...groupBy(files, ({ path }) => dirname(resolve(path)))].map(([folder, inside]) => {
    const index = indexOf(folder);
    const known = new Map(index.entries.map((entry) => [entry.name, entry]));
    return { index, inside: inside.map((file) => ({ file, ...matchOf(file, known) })) };
  });
  const missing = folders.flatMap(({ inside }) => inside).filter(({ entry }) => entry === null).length;
  let done = 0;
  const digests = new Map<string, Digest>();
  for (const { index, inside } of folders) {
    const made: Entry[] = [];
    for (const { file, found, entry } of inside) {
      if (entry === null) onRead(done++, missing);
      const known = entry === null ? null : parsed(entry);
      const digest = known ?? attempt(file, onPassedOver);
      if (digest === null) continue;
      digests.set(file.path, { ...digest, path: file.path });
      if (known === null && found !== null)
        made.push({ name: basename(file.path), ...found, text: JSON.stringify(digest) });
    }
    if (made.length > 0) index.add(made);
  }
  return files.flatMap(({ path }) => digests.get(path) ?? []);
}

function attempt(file: ResultFile, onPassedOver: OnPassedOver): Digest | null {
  try {
    return digestOf(file.read(), file.path);
  } catch (error) {
    if (!(error instanceof EdgeproofError)) throw error;
    onPassedOver(error);
    return null;
  }
}

/** `found` is null for a file in git, which has no time of its own and is read each time. */
function matchOf(
  { path }: ResultFile,
  known: Map<string, Entry>,
): { found: Omit<Entry, 'name' | 'text'> | null; entry: Entry | null } {
  const stat = statOf(path);
  if (stat === null) return { found: null, entry: null };
  const found = { bytes: stat.size, modifiedMs: stat.mtimeMs };
  const entry = known.get(basename(path));
  const isSame = entry?.bytes === found.bytes && entry.modifiedMs === found.modifiedMs;
  return { found, entry: isSame ? entry : null };
}

/** null where the index is damaged. */
function parsed({ text }: Entry): Digest | null {
  try {
    return JSON.parse(text) as Digest;
  } catch {
    return null;
  }
}

/** The index of one folder: a line that names the edgeproof that made it, then for each result what it is, a tab, its digest. */
function indexOf(folder: string) {
  const path = join(cacheDirectory(), 'results', `${hash(canonical(folder))}.jsonl`);
  const head = JSON.stringify({ folder, madeBy: ownVersion() });
  const entries = readIndex(path, head);
  return {
    entries,
    add(made: readonly Entry[]) {
      const names = new Set([...readNames(folder), ...made.map(({ name }) => name)]);
      const all = new Map(
        [...entries, ...made].filter(({ name }) => names.has(name)).map((entry) => [entry.name, entry]),
      );
      writeIndex(path, [head, ...[...all.values()].map(lineOf)]);
    },
  };
}

function lineOf({ name, bytes, modifiedMs, text }: Entry): string {
  return `${JSON.stringify([name, bytes, modifiedMs])}\t${text}`;
}

function readIndex(path: string, head: string): Entry[] {
  try {
    const [first, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    return first === head ? lines.map(entryIn) : [];
  } catch {
    return [];
  }
}

function entryIn(line: string): Entry {
  const end = line.indexOf('\t');
  const [name, bytes, modifiedMs] = JSON.parse(line.slice(0, end)) as [string, number, number];
  return { name, bytes, modifiedMs, text: line.slice(end + 1) };
}

/** An index that cannot be written costs time and nothing else. */
function writeIndex(path: string, lines: string[]): void {
  try {
    createDirectory(dirname(path));
    writeFileSync(partialPath(path), `${lines.join('\n')}\n`);
    renameSync(partialPath(path), path);
  } catch {}
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function canonical(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** What these rooms hold decides what a digest says. */
const MADE_BY = ['contract', 'stats'];

function ownVersion(): string {
  const folders = MADE_BY.map(ownScript);
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return hash(files.map((path) => `${path} ${statSync(path).mtimeMs}`).join('\n'));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
