// Drops files from the page cache and proves that they are gone. posix_fadvise(2) only advises, so mincore(2) is asked page
// by page what is left. Linux only. Runs in a worker (answer.ts), because it loads a native library.
import { closeSync, fdatasyncSync, fstatSync, openSync } from 'node:fs';
import koffi from 'koffi';
import type { PageCache } from '../contract/condition.js';
import { reasonOf } from '../errors.js';

const POSIX_FADV_DONTNEED = 4;
const PROT_READ = 1;
const MAP_SHARED = 1;

export function evictFiles(paths: string[]): PageCache {
  const method = 'posix_fadvise, mincore';
  try {
    const residentBytes = paths.reduce((sum, path) => sum + withFile(path, dropPages), 0);
    const reason =
      residentBytes === 0 ? null : 'the system keeps pages of the checkpoint: another process may use them';
    return { evicted: residentBytes === 0, residentBytes, method, reason };
  } catch (error) {
    return { evicted: false, residentBytes: null, method, reason: reasonOf(error) };
  }
}

/** Drops the pages of an open file and returns the bytes that stayed. Throws where that cannot be known. */
export function dropPages(fd: number): number {
  if (process.platform !== 'linux') throw new Error(`edgeproof cannot evict files on ${process.platform}`);
  const libc = openLibc();
  // Dirty pages are written first, because they cannot be dropped.
  fdatasyncSync(fd);
  const error = libc.fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) as number;
  if (error !== 0) throw new Error(`posix_fadvise failed with error ${error}`);
  const { size } = fstatSync(fd);
  if (size === 0) return 0;
  const address = libc.mmap(0, size, PROT_READ, MAP_SHARED, fd, 0) as number;
  if (address === -1) throw new Error('mmap failed');
  const pageBytes = libc.getpagesize() as number;
  const pages = new Uint8Array(Math.ceil(size / pageBytes));
  const status = libc.mincore(address, size, pages) as number;
  libc.munmap(address, size);
  if (status !== 0) throw new Error('mincore failed');
  return pages.reduce((sum, page) => sum + (page & 1), 0) * pageBytes;
}

export function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function openLibc() {
  const libc = koffi.load(null);
  return {
    fadvise: libc.func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)'),
    mmap: libc.func(
      'intptr_t mmap(intptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
    ),
    mincore: libc.func('int mincore(intptr_t address, size_t length, _Out_ uint8_t *pages)'),
    munmap: libc.func('int munmap(intptr_t address, size_t length)'),
    getpagesize: libc.func('int getpagesize()'),
  };
}
