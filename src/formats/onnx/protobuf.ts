// The protobuf wire format: a writer into memory and a reader over a file window. Only what ONNX uses: varints,
// fixed32/64 and length-delimited fields. https://protobuf.dev/programming-guides/encoding
import { closeSync, fstatSync, readSync } from 'node:fs';
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import { openRegularFile } from '../../contract/regular-file.js';

export type WireType = 0 | 1 | 2 | 5;

export class WireError extends Error {}

/** Collects encoded fields; `finish()` joins them. A nested message is encoded first, then written as bytes. */
export function createWriter() {
  const parts: Uint8Array[] = [];
  const varint = (value: number | bigint) => {
    // 2^63 is how INT64_MAX reads as a number; it must not wrap to INT64_MIN.
    const exact = BigInt(value);
    let rest = BigInt.asUintN(64, exact === 1n << 63n ? exact - 1n : exact);
    const out: number[] = [];
    while (rest > 0x7fn) {
      out.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    out.push(Number(rest));
    parts.push(Uint8Array.from(out));
  };
  const writer = {
    int(field: number, value: number | bigint) {
      varint(field << 3);
      varint(value);
      return writer;
    },
    float(field: number, value: number) {
      varint((field << 3) | 5);
      parts.push(new Uint8Array(Float32Array.of(value).buffer));
      return writer;
    },
    bytes(field: number, value: Uint8Array) {
      varint((field << 3) | 2);
      varint(value.length);
      parts.push(value);
      return writer;
    },
    string(field: number, value: string) {
      return writer.bytes(field, Buffer.from(value));
    },
    /** Appends fields that are already encoded. */
    encoded(fields: Uint8Array | undefined) {
      if (fields !== undefined) parts.push(fields);
      return writer;
    },
    finish(): Uint8Array {
      return Buffer.concat(parts);
    },
  };
  return writer;
}

export interface ByteSource {
  length: number;
  /** Copies `length` bytes from `offset`; throws WireError past the end. */
  read(offset: number, length: number): Uint8Array;
  /** The byte at `offset`, which lies in the file. */
  byte(offset: number): number;
  /** Fields and numbers of lists walked so far. */
  walked: number;
  /** Nodes, tensors, inputs and outputs kept so far. */
  kept: number;
  /** Bytes of texts kept so far. */
  textBytes: number;
  /** Unknown fields are kept as well. */
  whole: boolean;
  close(): void;
}

const WINDOW_BYTES = 1 << 16;

/** Reads a file through one small window, so that a multi-gigabyte model costs kilobytes to parse. */
export function openSource(path: string, whole = false): ByteSource {
  const file = openRegularFile(path);
  const length = fstatSync(file).size;
  const window = Buffer.alloc(WINDOW_BYTES);
  let windowStart = 0;
  let windowEnd = 0;
  const load = (target: Uint8Array, offset: number) => {
    let done = 0;
    while (done < target.length) {
      const count = readSync(file, target, done, target.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  };
  const moveTo = (offset: number, size: number) => {
    if (offset >= windowStart && offset + size <= windowEnd) return;
    windowStart = offset;
    windowEnd = offset + load(window, offset);
    if (offset + size > windowEnd) throw new WireError('file shrank while it was read');
  };
  return {
    length,
    walked: 0,
    kept: 0,
    textBytes: 0,
    whole,
    read(offset, size) {
      if (size < 0 || offset < 0 || offset + size > length)
        throw new WireError(`field of ${size} bytes passes the end`);
      if (size > FILE_BOUNDS.protobufMessageBytes) throw new WireError(`a field of ${size} bytes at byte ${offset}`);
      if (size > WINDOW_BYTES) {
        const whole = Buffer.alloc(size);
        if (load(whole, offset) !== size) throw new WireError('file shrank while it was read');
        return whole;
      }
      moveTo(offset, size);
      return Uint8Array.prototype.slice.call(window, offset - windowStart, offset - windowStart + size);
    },
    byte(offset) {
      moveTo(offset, 1);
      return window[offset - windowStart]!;
    },
    close: () => closeSync(file),
  };
}

export function sourceOf(bytes: Uint8Array, whole = false): ByteSource {
  return {
    length: bytes.length,
    walked: 0,
    kept: 0,
    textBytes: 0,
    whole,
    read(offset, size) {
      if (size < 0 || offset + size > bytes.length) throw new WireError(`field of ${size} bytes passes the end`);
      return Uint8Array.prototype.slice.call(bytes, offset, offset + size);
    },
    byte: (offset) => bytes[offset]!,
    close() {},
  };
}

/** One field of a message: scalars carry `value`, length-delimited fields the span [start, end). */
export interface Field {
  number: number;
  wire: WireType;
  value: bigint;
  /** Where its tag is. */
  tag: number;
  start: number;
  end: number;
}

/** Walks the fields of the message in [start, end). Never allocates more than one field's header. */
export function* fields(source: ByteSource, start: number, end: number): Generator<Field> {
  let at = start;
  const varint = (): bigint => {
    const [value, after] = varintAt(source, at, end);
    at = after;
    return value;
  };
  while (at < end) {
    const tagAt = at;
    countWalked(source, 1);
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number < 1 || number > 0x1fffffff) throw new WireError(`field number ${number} at byte ${at}`);
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw new WireError(`wire type ${wire} at byte ${at}`);
    const value = wire === 0 ? varint() : 0n;
    const size = wire === 2 ? Number(varint()) : FIXED_BYTES[wire];
    if (at + size > end) {
      const extent = wire === 2 ? ` of ${size} bytes` : '';
      throw new WireError(`field ${number}${extent} passes the end of its message`);
    }
    at += size;
    yield { number, wire, value, tag: tagAt, start: at - size, end: at };
  }
}

/** What a file holds grows with its fields, so a file of nothing but empty ones must not fill the memory. */
export function countWalked(source: ByteSource, steps: number): void {
  source.walked += steps;
  const most = FILE_BOUNDS.protobufFields;
  if (source.walked > most) throw new WireError(`more than ${most} fields and numbers`);
}

/** Bytes behind the tag, where the wire type alone decides; the value of a varint is read before. */
const FIXED_BYTES = { 0: 0, 1: 8, 5: 4 } as const;

/** The varint at `at` in a message that ends at `end`, and where the next byte is. */
export function varintAt(source: ByteSource, at: number, end: number): [value: bigint, after: number] {
  const last = Math.min(at + 10, end);
  let low = 0;
  let value = 0n;
  for (let next = at; next < last; next++) {
    const byte = source.byte(next);
    const place = next - at;
    // The first 28 bits fit into an integer, which is much faster.
    if (place < 4) low |= (byte & 0x7f) << (7 * place);
    else value |= BigInt(byte & 0x7f) << BigInt(7 * place);
    if (byte < 0x80) return [BigInt.asUintN(64, value | BigInt(low)), next + 1];
  }
  throw new WireError(`unfinished varint at byte ${at}`);
}
