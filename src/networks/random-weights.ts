// Seeded bytes for synthetic weights, in chunks. The same seed and tensor name give the same bytes on every machine.
import { createCipheriv, createHash } from 'node:crypto';
import type { Fill, PlacedWeight } from '../formats/onnx/graph-builder.js';
import { toFloat16 } from '../formats/onnx/half.js';
import { type DerivedWeight, deriveBytes } from '../formats/onnx/prefill-graph.js';

const CHUNK_BYTES = 1 << 20;
const ZEROS = new Uint8Array(CHUNK_BYTES);

/**
 * An endless stream of seeded bytes: AES-128-CTR over zeros, keyed by the SHA-256 of the label.
 * Each call returns the next `length` bytes (1 MiB at most).
 */
export function keyStream(label: string): (length: number) => Buffer {
  const key = createHash('sha256').update(label).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(ZEROS.subarray(0, length));
}

/** How a weight is filled, in any file format. */
export type WeightFill =
  | Fill
  /** Random bytes in blocks, each with a half-precision scale in [2^exponent, 2^(exponent+1)) of random sign. */
  | { kind: 'blocks'; blockBytes: number; scaleAt: number; exponent: number }
  /** The given numbers in single precision. */
  | { kind: 'values'; values: number[] }
  /** Computed from two other weights. */
  | { kind: 'derived'; weight: DerivedWeight; packed: FilledWeight; scales: FilledWeight };

export type FilledWeight = Omit<PlacedWeight, 'fill'> & { fill: WeightFill };

/** The bytes of one weight in chunks of at most 1 MiB, in file order. */
export function* weightChunks(weight: FilledWeight, seed: number): Generator<Uint8Array> {
  if (weight.fill.kind === 'derived') {
    const whole = (source: FilledWeight) => Buffer.concat([...weightChunks(source, seed)]);
    const bytes = deriveBytes(weight.fill.weight, whole(weight.fill.packed), whole(weight.fill.scales));
    for (let done = 0; done < bytes.length; done += CHUNK_BYTES) yield bytes.subarray(done, done + CHUNK_BYTES);
    return;
  }
  if (weight.fill.kind === 'marks') {
    const columns = weight.dims[1]!;
    const marks = new Uint8Array(weight.bytes);
    weight.fill.rows.forEach((row, i) => {
      for (const column of row) marks[i * columns + column] = 1;
    });
    yield marks;
    return;
  }
  if (weight.fill.kind === 'rotary') {
    yield rotaryTable(weight, weight.fill);
    return;
  }
  if (weight.fill.kind === 'values') {
    yield new Uint8Array(Float32Array.from(weight.fill.values).buffer);
    return;
  }
  const stream = keyStream(`${seed}:${weight.name}`);
  const whole = weight.fill.kind === 'blocks' ? weight.fill.blockBytes : 1;
  const chunkBytes = CHUNK_BYTES - (CHUNK_BYTES % whole);
  for (let done = 0; done < weight.bytes; done += chunkBytes) {
    const chunk = stream(Math.min(chunkBytes, weight.bytes - done));
    if (weight.fill.kind === 'blocks') shapeScales(chunk, weight.fill);
    if (weight.fill.kind === 'seven-bits') halve(chunk);
    if (weight.fill.kind === 'float') shapeFloats(chunk, weight.type, weight.fill);
    yield chunk;
  }
}

function halve(chunk: Uint8Array): void {
  const integers = new Int8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  for (let i = 0; i < integers.length; i++) integers[i]! >>= 1;
}

/**
 * Keeps the random sign and mantissa of each float and sets its exponent, so that there are no denormals and no NaN.
 */
function shapeFloats(chunk: Uint8Array, type: PlacedWeight['type'], fill: Extract<Fill, { kind: 'float' }>): void {
  if (type !== 'float32' && type !== 'float16') throw new Error(`a ${type} weight cannot be filled with floats`);
  if (type === 'float32') {
    const words = new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.byteLength >> 2);
    maskWords(words, fill.positive ? 0x007fffff : 0x807fffff, (fill.exponent + 127) << 23);
    return;
  }
  const halves = new Uint16Array(chunk.buffer, chunk.byteOffset, chunk.byteLength >> 1);
  maskWords(halves, fill.positive ? 0x03ff : 0x83ff, (fill.exponent + 15) << 10);
}

function shapeScales(chunk: Buffer, fill: Extract<WeightFill, { kind: 'blocks' }>): void {
  for (let at = fill.scaleAt; at < chunk.length; at += fill.blockBytes) {
    chunk.writeUInt16LE((chunk.readUInt16LE(at) & 0x83ff) | ((fill.exponent + 15) << 10), at);
  }
}

function maskWords(words: Uint32Array | Uint16Array, keep: number, exponent: number): void {
  for (let i = 0; i < words.length; i++) words[i] = (words[i]! & keep) | exponent;
}

function rotaryTable(weight: FilledWeight, fill: Extract<Fill, { kind: 'rotary' }>): Uint8Array {
  const [rows, columns] = weight.dims as [number, number];
  const compute = fill.of === 'cos' ? Math.cos : Math.sin;
  const values = new Float32Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    const frequency = fill.frequencies[column % fill.frequencies.length]!;
    for (let row = 0; row < rows; row++) values[row * columns + column] = compute(row * frequency) * fill.magnitude;
  }
  return new Uint8Array((weight.type === 'float16' ? toFloat16(values) : values).buffer);
}
