// Files on a disk that is not trusted. They are looked at before they are opened, because opening a pipe waits for its
// writer, and every refusal of the system becomes an error that names the path.
import { openSync, type Stats, statSync } from 'node:fs';
import { problem, reasonOf } from '../errors.js';

/** What `path` leads to, null where there is nothing. Throws file-unreadable: a circle of links, a name too long … */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw unreadable(path, path.includes('\0') ? 'its name contains a NUL character' : reasonOf(error), error);
  }
}

/** Throws file-unreadable for a pipe, which may never end, a socket or a device; folders and nothing at all pass. */
export function refuseSpecial(path: string, found: Stats | null): void {
  if (found !== null && !found.isDirectory() && !found.isFile())
    throw unreadable(path, 'it is a pipe, socket or device, not a regular file');
}

export function isRegularFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

export function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** Opens a regular file to read; throws file-unreadable for whatever else it may be. */
export function openRegularFile(path: string): number {
  const found = statOf(path);
  refuseSpecial(path, found);
  if (found?.isDirectory()) throw unreadable(path, 'it is a directory');
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown) {
  return problem('file-unreadable', { path, reason }, cause);
}
