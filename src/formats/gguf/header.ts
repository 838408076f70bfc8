// The header of a GGUF file, which is everything before the tensor data: magic, counts, metadata, tensor infos,
// padding.
// Sources: gguf.h of ggml, and the description of the format in the same repository.
import { codeOf, type TensorType, tensorBytes } from './tensor-types.js';

/** "GGUF" as a little-endian number. */
export const MAGIC = 0x46554747;
export const VERSION = 3;
/** Every tensor begins at a multiple of this, unless `general.alignment` is set. */
export const ALIGNMENT_BYTES = 32;

export const VALUE_CODES = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

export type MetadataValue =
  | { type: 'uint32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: string[] }
  | { type: 'int32s'; value: number[] }
  | { type: 'bools'; value: boolean[] };

export type Metadata = Record<string, MetadataValue>;

export interface TensorInfo {
  name: string;
  type: TensorType;
  /** The length of a row first, then the number of rows. */
  dims: number[];
}

/** Places the tensors one behind the other, in the order given. `places`: where each lies in the file. */
export function encodeHeader(metadata: Metadata, tensors: readonly TensorInfo[]) {
  const places: { offset: number; bytes: number }[] = [];
  let dataBytes = 0;
  for (const { type, dims } of tensors) {
    const bytes = tensorBytes(type, dims);
    places.push({ offset: dataBytes, bytes });
    dataBytes = aligned(dataBytes + bytes);
  }
  const entries = Object.entries(metadata);
  const parts = [
    uint32(MAGIC),
    uint32(VERSION),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(([key, value]) => [string(key), encodeValue(value)]),
    ...tensors.flatMap(({ name, type, dims }, i) => [
      string(name),
      uint32(dims.length),
      ...dims.map(uint64),
      uint32(codeOf(type)),
      uint64(places[i]!.offset),
    ]),
  ];
  const written = Buffer.concat(parts);
  const start = aligned(written.length);
  return {
    header: Buffer.concat([written], start),
    places: places.map(({ offset, bytes }) => ({ offset: start + offset, bytes })),
    // The last tensor is padded too: readers check it.
    fileBytes: start + dataBytes,
  };
}

function encodeValue(entry: MetadataValue): Buffer {
  switch (entry.type) {
    case 'uint32':
      return Buffer.concat([uint32(VALUE_CODES.uint32), uint32(entry.value)]);
    case 'float32': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(entry.value);
      return Buffer.concat([uint32(VALUE_CODES.float32), bytes]);
    }
    case 'bool':
      return Buffer.concat([uint32(VALUE_CODES.bool), Buffer.of(Number(entry.value))]);
    case 'string':
      return Buffer.concat([uint32(VALUE_CODES.string), string(entry.value)]);
    case 'strings':
      return array('string', entry.value.map(string));
    case 'int32s':
      return array('int32', [Buffer.from(Int32Array.from(entry.value).buffer)], entry.value.length);
    case 'bools':
      return array('bool', [Buffer.from(entry.value.map(Number))], entry.value.length);
  }
}

function array(of: keyof typeof VALUE_CODES, items: Buffer[], length = items.length): Buffer {
  return Buffer.concat([uint32(VALUE_CODES.array), uint32(VALUE_CODES[of]), uint64(length), ...items]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

export function aligned(bytes: number, alignment: number = ALIGNMENT_BYTES): number {
  return Math.ceil(bytes / alignment) * alignment;
}
