// Reads the header of any GGUF file: its metadata and tensor infos. The file is not trusted: every length is checked.
import { closeSync, fstatSync, readSync } from 'node:fs';
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import { openRegularFile } from '../../contract/regular-file.js';
import { problem, reasonOf } from '../../errors.js';
import { checkMetadata, checkTensors, quoted } from './check.js';
import type { GgufFile, GgufValue } from './file.js';
import { ALIGNMENT_BYTES, aligned, MAGIC, type TensorInfo, VALUE_CODES } from './header.js';
import { type TensorType, tensorBytes, typeOfCode } from './tensor-types.js';

const FIRST_READ = 32 << 20;
const KEPT_VALUES = 1024;
const MOST_DIMS = 4;
const KNOWN_VERSIONS = [2, 3];
const POWERS_OF_TWO = Array.from({ length: 21 }, (_, i) => 2 ** i);

/** Throws gguf-invalid with what is wrong, or file-unreadable. */
export function readGguf(path: string): GgufFile {
  const fail = (reason: string, cause?: unknown) => problem('gguf-invalid', { path, reason }, cause);
  const file = openRegularFile(path);
  try {
    const { size } = fstatSync(file);
    for (let length = Math.min(size, FIRST_READ); ; length = Math.min(size, FILE_BOUNDS.ggufHeaderBytes)) {
      try {
        return parse(readStart(file, length), size, fail);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        if (length === size || length === FILE_BOUNDS.ggufHeaderBytes) throw fail('its header ends too early', error);
      }
    }
  } catch (error) {
    if (error instanceof Error && 'errno' in error)
      throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
    throw error;
  } finally {
    closeSync(file);
  }
}

function readStart(file: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

type Fail = (reason: string) => Error;

/** Throws a RangeError, as Buffer does, where `bytes` ends before the header. */
function parse(bytes: Buffer, fileBytes: number, fail: Fail): GgufFile {
  const cursor = cursorOver(bytes, fail);
  if (cursor.uint32() !== MAGIC) throw fail('it does not begin with "GGUF"');
  const version = cursor.uint32();
  if (!KNOWN_VERSIONS.includes(version))
    throw fail(`its version is ${version}; known are ${KNOWN_VERSIONS.join(', ')}`);
  const tensorCount = cursor.count('tensors', FILE_BOUNDS.ggufTensors);
  const valueCount = cursor.count('metadata entries', FILE_BOUNDS.ggufEntries);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.string();
    if (metadata.has(key)) throw fail(`its metadata has ${quoted(key)} twice`);
    metadata.set(key, cursor.value(cursor.uint32()));
  }
  checkMetadata(metadata, fail);
  const infos = Array.from({ length: tensorCount }, () => tensorInfo(cursor, fail));
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT_BYTES;
  if (typeof alignment !== 'number' || !POWERS_OF_TWO.includes(alignment))
    throw fail(`general.alignment is ${String(alignment)}; expected a power of two up to ${POWERS_OF_TWO.at(-1)}`);
  const start = aligned(cursor.position(), alignment);
  const tensors = infos.map(({ name, type, dims, offset }) => {
    return { name, type, dims, offset: start + offset, bytes: tensorBytes(type, dims) };
  });
  checkTensors(tensors, alignment, fileBytes, fail);
  return { version, metadata, tensors };
}

function tensorInfo(cursor: Cursor, fail: Fail): TensorInfo & { offset: number } {
  const name = cursor.string();
  const rank = cursor.uint32();
  if (rank > MOST_DIMS) throw fail(`tensor ${quoted(name)} has ${rank} dimensions`);
  const dims = Array.from({ length: rank }, () => cursor.size());
  const code = cursor.uint32();
  const type: TensorType | null = typeOfCode(code);
  if (type === null) throw fail(`tensor ${quoted(name)} is of the unknown type ${code}`);
  return { name, type, dims, offset: cursor.size() };
}

type Cursor = ReturnType<typeof cursorOver>;

function cursorOver(bytes: Buffer, fail: Fail) {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return at - length;
  };
  /** Values of a fixed size: their bytes, and how the one at `at` is read. */
  const fixed: Record<number, [size: number, read: (at: number) => GgufValue]> = {
    [VALUE_CODES.uint8]: [1, (at) => bytes.readUInt8(at)],
    [VALUE_CODES.int8]: [1, (at) => bytes.readInt8(at)],
    [VALUE_CODES.uint16]: [2, (at) => bytes.readUInt16LE(at)],
    [VALUE_CODES.int16]: [2, (at) => bytes.readInt16LE(at)],
    [VALUE_CODES.uint32]: [4, (at) => bytes.readUInt32LE(at)],
    [VALUE_CODES.int32]: [4, (at) => bytes.readInt32LE(at)],
    [VALUE_CODES.float32]: [4, (at) => bytes.readFloatLE(at)],
    [VALUE_CODES.bool]: [1, (at) => bytes.readUInt8(at) !== 0],
    [VALUE_CODES.uint64]: [8, (at) => bytes.readBigUInt64LE(at)],
    [VALUE_CODES.int64]: [8, (at) => bytes.readBigInt64LE(at)],
    [VALUE_CODES.float64]: [8, (at) => bytes.readDoubleLE(at)],
  };
  const cursor = {
    position: () => at,
    uint32: () => bytes.readUInt32LE(take(4)),
    /** A 64-bit number that JavaScript can hold. */
    size(): number {
      const value = Number(bytes.readBigUInt64LE(take(8)));
      if (!Number.isSafeInteger(value)) throw fail(`a size of ${value} is out of range`);
      return value;
    },
    count(what: string, most: number): number {
      const value = cursor.size();
      if (value > most) throw fail(`it claims ${value} ${what}; at most ${most} are read`);
      return value;
    },
    /** How many items follow, of `itemBytes` or more each. */
    length(itemBytes: number): number {
      const value = cursor.size();
      if (value * itemBytes > bytes.length - at) throw new RangeError(`${value} things in ${bytes.length - at} bytes`);
      return value;
    },
    string(): string {
      const length = cursor.length(1);
      if (length > FILE_BOUNDS.ggufTextBytes) throw fail(`a text of ${length} bytes at byte ${at}`);
      return bytes.toString('utf8', take(length), at);
    },
    value(code: number): GgufValue {
      if (code !== VALUE_CODES.array) return scalar(code);
      const of = cursor.uint32();
      if (of === VALUE_CODES.array) throw fail('an array of arrays in its metadata');
      const length = cursor.length(fixed[of]?.[0] ?? 8);
      if (length <= KEPT_VALUES) return { length, values: Array.from({ length }, () => scalar(of)) };
      if (fixed[of] !== undefined) take(length * fixed[of][0]);
      else for (let i = 0; i < length; i++) scalar(of);
      return { length, values: null };
    },
  };
  const scalar = (code: number): GgufValue => {
    if (code === VALUE_CODES.string) return cursor.string();
    const known = fixed[code];
    if (known === undefined) throw fail(`a value of the unknown type ${code} in its metadata`);
    return known[1](take(known[0]));
  };
  return cursor;
}
