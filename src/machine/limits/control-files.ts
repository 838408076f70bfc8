// What control groups need of the file system, as an interface, so that tests can supply a kernel of their own.
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { listEntries, readText } from '../kernel-text.js';

export interface ControlFiles {
  /** null where the file is absent or not readable. */
  read(path: string): string | null;
  /** Throws the system's error. */
  write(path: string, text: string): void;
  makeDirectory(path: string): void;
  removeDirectory(path: string): void;
  /** Names in a directory; empty where it cannot be read. */
  list(path: string): string[];
}

export const KERNEL: ControlFiles = {
  read: (path) => readText('/', path),
  write: (path, text) => writeFileSync(path, text, { flag: 'w' }),
  makeDirectory: (path) => mkdirSync(path),
  removeDirectory: (path) => rmdirSync(path),
  list: (path) => listEntries('/', path, /./),
};
