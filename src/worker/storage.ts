// The rate at which a file is read from its disk, not from memory: its pages are dropped first, which is proven.
import { fstatSync, readSync } from 'node:fs';
import { type Ceiling, unitOf, unknownCeiling } from '../contract/ceilings.js';
import { reasonOf } from '../errors.js';
import { rateOf } from '../machine/ceilings/passes.js';
import { dropPages, withFile } from '../machine/page-cache.js';

const CHUNK_BYTES = 1 << 22;
const MOST_BYTES = 1 << 29;
const LONGEST_MS = 2000;
/** The share of pages that another process may hold. With more, memory would answer instead of the disk. */
const MOST_RESIDENT = 0.01;

export function storageRate(path: string): Ceiling {
  const head = { kind: 'storage-read' as const, ep: null, threads: null, operator: null };
  const measuredAt = new Date().toISOString();
  try {
    const { chunks, bytes } = withFile(path, readFromDisk);
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
  } catch (error) {
    return unknownCeiling({ ...head, workingSetBytes: null, measuredAt }, reasonOf(error));
  }
}

interface Chunk {
  bytes: number;
  ms: number;
}

function rateOfAll(chunks: Chunk[]) {
  const sum = (field: keyof Chunk) => chunks.reduce((total, chunk) => total + chunk[field], 0);
  return rateOf(sum('bytes'), [sum('ms')]);
}

/** Throws where the file is not read from its disk. */
function readFromDisk(fd: number): { chunks: Chunk[]; bytes: number } {
  const { size } = fstatSync(fd);
  const kept = dropPages(fd) / Math.max(1, size);
  if (kept > MOST_RESIDENT)
    throw new Error(`${Math.ceil(kept * 100)} % of the file stayed in memory when asked to leave it`);
  const buffer = Buffer.alloc(CHUNK_BYTES, 1);
  const limit = Math.min(MOST_BYTES, size);
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
  if (done === 0) throw new Error('the file is empty');
  return { chunks, bytes: done };
}
