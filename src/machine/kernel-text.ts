// Small text files of /proc, /sys and control groups. A file that cannot be read is null. `root` is `/` outside of tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readText(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').trim();
  } catch {
    return null;
  }
}

export function readNumber(root: string, path: string): number | null {
  const text = readText(root, path);
  return text === null || !/^-?\d+$/.test(text) ? null : Number(text);
}

/** A count; null for anything else, such as `max` or `-1` where there is no limit. */
export function countIn(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** Entries of a directory that match, in numerical order; empty where it cannot be read. */
export function listEntries(root: string, path: string, wanted: RegExp): string[] {
  try {
    const names = readdirSync(join(root, path)).filter((name) => wanted.test(name));
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

/** The number in a line `name value` or `name: value kB`; null where there is no such line. */
export function numberField(text: string | null, name: string): number | null {
  const match = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text ?? '');
  return match === null ? null : Number(match[1]);
}

/** The bytes in a line `Name: value kB`, as /proc has them. */
export function bytesField(text: string | null, name: string): number | null {
  const kibibytes = numberField(text, name);
  return kibibytes === null ? null : kibibytes * 1024;
}
