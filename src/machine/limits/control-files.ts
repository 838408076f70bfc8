// The few things that control groups need of a file system, so that tests can put a kernel of their own in its place.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

export interface KernelFiles {
  /** null: absent or not readable. */
  read(path: string): string | null;
  /** Throws the system's error. */
  write(path: string, text: string): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  /** Names in a directory; none where it cannot be read. */
  list(path: string): string[];
}

export const KERNEL: KernelFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return null;
    }
  },
  write: (path, text) => writeFileSync(path, text, { flag: 'w' }),
  makeDirectory: (path) => mkdirSync(path),
  removeDirectory: (path) => rmdirSync(path),
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};

/** A whole number; null for what is no number, such as `max`. */
export function numberIn(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** The value of a `name value` line. */
export function fieldIn(text: string | null, name: string): number | null {
  const line = (text ?? '').split('\n').find((entry) => entry.startsWith(`${name} `));
  return numberIn(line?.slice(name.length + 1).trim() ?? null);
}
