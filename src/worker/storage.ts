// The rate at which a file is read from its disk, not from memory: its pages are dropped first, which is proven.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Ceiling, unitOf, unknownCeiling } from '../contract/ceilings.js';
import { reasonOf } from '../errors.js';
import { rateOf } from '../machine/ceilings/passes.js';
import { dropPages } from '../machine/page-cache.js';

const CHUNK_BYTES = 1 << 22;
const MOST_BYTES = 1 << 29;
const LONGEST_MS = 2000;
/** The share of pages that another process may hold. With more, memory would answer instead of the disk. */
const MOST_RESIDENT = 0.01;

export function storageRate(path: string): Ceiling {
  const head = { kind: 'storage-read' as const, ep: null, threads: null, operator: null };
  const measuredAt = new Date().toISOString();
  const without = (reason: string) => unknownCeiling({ ...head, workingSetBytes: null, measuredAt }, reason);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return without(`${reasonOf(error)}`);
  }
  try {
    const kept = shareKept(fd);
    if (typeof kept === 'string') return without(kept);
    if (kept > MOST_RESIDENT)
      return without(`${Math.ceil(kept * 100)} % of the file stayed in memory when asked to leave it`);
    const chunks = readChunks(fd);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    if (bytes === 0) return without('the file is empty');
    // The rate is that of the whole file, not of the best chunk, because the system reads ahead.
    const { value, high } = rateOfAll(chunks);
    const middle = Math.ceil(chunks.length / 2);
    const halves = [chunks.slice(0, middle), chunks.slice(middle)].filter((half) => half.length > 0).map(rateOfAll);
    return {
      ...head,
      workingSetBytes: bytes,
      unit: unitOf(head.kind),
      value,
      low: Math.min(value, ...halves.map((half) => half.value)),
      high: Math.max(high, ...halves.map((half) => half.value)),
      method: 'one sequential read after posix_fadvise dropped the pages, mincore proving it',
      measuredAt,
    };
  } finally {
    closeSync(fd);
  }
}

/** The share of the file that stayed in memory, or the reason why that cannot be known. */
function shareKept(fd: number): number | string {
  try {
    return dropPages(fd) / Math.max(1, fstatSync(fd).size);
  } catch (error) {
    return reasonOf(error);
  }
}

interface Chunk {
  bytes: number;
  ms: number;
}

function rateOfAll(chunks: Chunk[]) {
  const sum = (of: (chunk: Chunk) => number) => chunks.reduce((total, chunk) => total + of(chunk), 0);
  return rateOf(
    sum(({ bytes }) => bytes),
    [sum(({ ms }) => ms)],
  );
}

function readChunks(fd: number): Chunk[] {
  const buffer = Buffer.alloc(CHUNK_BYTES, 1);
  const limit = Math.min(MOST_BYTES, fstatSync(fd).size);
  const chunks: Chunk[] = [];
  let done = 0;
  for (let spentMs = 0; done < limit && spentMs < LONGEST_MS; ) {
    const start = performance.now();
    const bytes = readSync(fd, buffer, 0, CHUNK_BYTES, done);
    const ms = performance.now() - start;
    chunks.push({ bytes, ms });
    done += bytes;
    spentMs += ms;
  }
  return chunks;
}
