// Small files of /proc and /sys: what cannot be read (absent, forbidden, gone meanwhile) is null. `root` is `/` but in tests.
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

/** Entries of a directory that match, in order of their numbers; empty where it cannot be read. */
export function listEntries(root: string, path: string, wanted: RegExp): string[] {
  try {
    const names = readdirSync(join(root, path)).filter((name) => wanted.test(name));
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

/** `name value` or `name: value kB` lines; null where the field is not there. */
export function numberField(text: string | null, name: string): number | null {
  const match = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text ?? '');
  return match === null ? null : Number(match[1]);
}
