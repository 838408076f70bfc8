// The page cache of Linux for one file: dropped by posix_fadvise, and what is left of it counted by mincore.
// Calls of the C library that Node itself is linked with.
import { fdatasyncSync, fstatSync } from 'node:fs';
import koffi from 'koffi';

const DONT_NEED = 4;
const READ = 1;
const SHARED = 1;
const PAGE_BYTES = 4096;

/** Asks the system to forget the file's pages and returns the share that it kept; null where that cannot be known. */
export function dropPages(fd: number): number | null {
  if (process.platform !== 'linux') return null;
  const { size } = fstatSync(fd);
  const system = koffi.load(null);
  const advise = system.func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)');
  // Pages that are not yet written cannot be dropped.
  fdatasyncSync(fd);
  advise(fd, 0, 0, DONT_NEED);
  return residentShare(system, fd, size);
}

function residentShare(system: ReturnType<typeof koffi.load>, fd: number, bytes: number): number | null {
  const map = system.func('void *mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)');
  const unmap = system.func('int munmap(void *at, size_t length)');
  const inCore = system.func('int mincore(void *at, size_t length, _Out_ uint8_t *pages)');
  const address = map(null, bytes, READ, SHARED, fd, 0) as bigint;
  if (BigInt.asIntN(64, address) === -1n) return null;
  try {
    const pages = new Uint8Array(Math.ceil(bytes / PAGE_BYTES));
    if (inCore(address, bytes, pages) !== 0) return null;
    return pages.reduce((sum, page) => sum + (page & 1), 0) / pages.length;
  } finally {
    unmap(address, bytes);
  }
}
