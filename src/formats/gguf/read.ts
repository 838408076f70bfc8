// Reads the header of any GGUF file: its metadata and tensor infos. The file is not trusted: every length is checked.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { problem, reasonOf } from '../../errors.js';
import { ALIGNMENT_BYTES, aligned, MAGIC, type TensorInfo, VALUE_CODES } from './header.js';
import { type TensorType, tensorBytes, typeOfCode } from './tensor-types.js';

export type GgufValue = number | bigint | boolean | string | GgufArray;
/** `values` is null for long arrays (vocabularies), of which only the length is kept. */
export interface GgufArray {
  length: number;
  values: GgufValue[] | null;
}

export interface GgufFile {
  version: number;
  metadata: Map<string, GgufValue>;
  /** `offset` counts from the start of the file. */
  tensors: (TensorInfo & { offset: number; bytes: number })[];
}

/** A vocabulary with its merges takes tens of megabytes. */
const LONGEST_HEADER = 256 << 20;
const FIRST_READ = 32 << 20;
const KEPT_VALUES = 1024;
const MOST_DIMS = 4;
const KNOWN_VERSIONS = [2, 3];

/** Throws gguf-invalid with what is wrong, or file-unreadable. */
export function readGguf(path: string): GgufFile {
  const fail = (reason: string, cause?: unknown) => problem('gguf-invalid', { path, reason }, cause);
  const file = open(path);
  try {
    const { size } = fstatSync(file);
    for (let length = Math.min(size, FIRST_READ); ; length = Math.min(size, LONGEST_HEADER)) {
      try {
        return parse(readStart(file, length), size, fail);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        if (length === size || length === LONGEST_HEADER) throw fail('its header ends too early', error);
      }
    }
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
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
  const tensorCount = cursor.length();
  const valueCount = cursor.length();
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) metadata.set(cursor.string(), cursor.value(cursor.uint32()));
  const infos = Array.from({ length: tensorCount }, () => tensorInfo(cursor, fail));
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT_BYTES;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1)
    throw fail(`its alignment is ${String(alignment)}`);
  const start = aligned(cursor.position(), alignment);
  const tensors = infos.map(({ name, type, dims, offset }) => {
    const size = tensorBytes(type, dims);
    if (!Number.isInteger(size) || start + offset + size > fileBytes) {
      throw fail(`tensor "${name.slice(0, 80)}" does not fit into the file's ${fileBytes} bytes`);
    }
    return { name, type, dims, offset: start + offset, bytes: size };
  });
  return { version, metadata, tensors };
}

function tensorInfo(cursor: Cursor, fail: Fail): TensorInfo & { offset: number } {
  const name = cursor.string();
  const rank = cursor.uint32();
  if (rank > MOST_DIMS) throw fail(`tensor "${name.slice(0, 80)}" has ${rank} dimensions`);
  const dims = Array.from({ length: rank }, () => cursor.size());
  const code = cursor.uint32();
  const type: TensorType | null = typeOfCode(code);
  if (type === null) throw fail(`tensor "${name.slice(0, 80)}" is of the unknown type ${code}`);
  return { name, type, dims, offset: cursor.size() };
}

type Cursor = ReturnType<typeof cursorOver>;

function cursorOver(bytes: Buffer, fail: Fail) {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return at - length;
  };
  const readers: Record<number, () => GgufValue> = {
    [VALUE_CODES.uint8]: () => bytes.readUInt8(take(1)),
    [VALUE_CODES.int8]: () => bytes.readInt8(take(1)),
    [VALUE_CODES.uint16]: () => bytes.readUInt16LE(take(2)),
    [VALUE_CODES.int16]: () => bytes.readInt16LE(take(2)),
    [VALUE_CODES.uint32]: () => cursor.uint32(),
    [VALUE_CODES.int32]: () => bytes.readInt32LE(take(4)),
    [VALUE_CODES.float32]: () => bytes.readFloatLE(take(4)),
    [VALUE_CODES.bool]: () => bytes.readUInt8(take(1)) !== 0,
    [VALUE_CODES.string]: () => cursor.string(),
    [VALUE_CODES.uint64]: () => bytes.readBigUInt64LE(take(8)),
    [VALUE_CODES.int64]: () => bytes.readBigInt64LE(take(8)),
    [VALUE_CODES.float64]: () => bytes.readDoubleLE(take(8)),
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
    /** A count of items of at least one byte each. */
    length(): number {
      const value = cursor.size();
      if (value > bytes.length - at) throw new RangeError(`${value} things in ${bytes.length - at} bytes`);
      return value;
    },
    string(): string {
      const length = cursor.length();
      return bytes.toString('utf8', take(length), at);
    },
    value(code: number): GgufValue {
      if (code !== VALUE_CODES.array) return scalar(code);
      const of = cursor.uint32();
      if (of === VALUE_CODES.array) throw fail('an array of arrays in its metadata');
      const length = cursor.length();
      const values = length <= KEPT_VALUES ? ([] as GgufValue[]) : null;
      for (let i = 0; i < length; i++) {
        const value = scalar(of);
        values?.push(value);
      }
      return { length, values };
    },
  };
  const scalar = (code: number): GgufValue => {
    const read = readers[code];
    if (read === undefined) throw fail(`a value of the unknown type ${code} in its metadata`);
    return read();
  };
  return cursor;
}
