// The weights of a checkpoint as float64, found under the names of each format and dequantised.
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Initializer, OnnxModel } from '../../src/formats/onnx/model.js';
import { readModel } from '../../src/formats/onnx/read.js';
import { halfValue } from './half.js';

export type Vector = Float64Array;
/** One row per output. */
export type Matrix = Vector[];

/** Finds weights under the names of each format and dequantises them. */
export function openWeights(path: string) {
  const model = readModel(path);
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const values = (name: string) => decode(tensors.get(name)!, dirname(path));
  const blocks = (name: string): Matrix | null => {
    for (const bits of [4, 8]) {
      const packed = tensors.get(`${name}_Q${bits}`);
      if (packed === undefined) continue;
      // A head whose integers are those of the embedding, stored again, has the embedding's scales and zero points.
      const of = tensors.has(`${name}_scales`) ? name : 'model.embed_tokens.weight';
      const zeros = tensors.has(`${of}_zp`) ? values(`${of}_zp`) : null;
      return unpackBlocks(values(packed.name), { scales: values(`${of}_scales`), zeros }, packed.dims, bits);
    }
    return null;
  };
  const int8 = (name: string, scaleNode: string, scaleInput: number) => {
    const scale = decode(tensors.get(inputOf(model, scaleNode, scaleInput))!, '')[0]!;
    return values(`${name}_quantized`).map((value) => value * scale);
  };
  return {
    /** `anyFormat`: also under the names of quantised formats. */
    has: (name: string, anyFormat = false) =>
      tensors.has(name) || (anyFormat && ['_Q4', '_Q8', '_quantized'].some((suffix) => tensors.has(name + suffix))),
    dims: (name: string) => tensors.get(name)!.dims,
    vector: values,
    /** A table of rows, looked up by id. */
    table(name: string, dequantizeNode: string): Matrix {
      const packed = blocks(name);
      if (packed !== null) return packed;
      const quantized = tensors.get(`${name}_quantized`);
      if (quantized !== undefined) return rowsOf(int8(name, dequantizeNode, 1), quantized.dims[1]!);
      return rowsOf(values(name), tensors.get(name)!.dims[1]!);
    },
    /** The weight of y = x · W: float and int8 formats store W as [inputs, outputs], blocks store its transpose. */
    projection(name: string, node: string): Matrix {
      const packed = blocks(name);
      if (packed !== null) return packed;
      const quantized = tensors.get(`${name}_quantized`);
      if (quantized !== undefined) return columnsOf(int8(name, `${node}_scales`, 1), quantized.dims[1]!);
      return columnsOf(values(name), tensors.get(name)!.dims[1]!);
    },
  };
}

/** Blocks along a row: (q − zero) · scale, zero being 2^(bits−1) unless given; the low half of a byte comes first. */
function unpackBlocks(
  packed: Vector,
  { scales, zeros }: { scales: Vector; zeros: Vector | null },
  dims: number[],
  bits: number,
): Matrix {
  const [rows, blocksPerRow, bytesPerBlock] = dims as [number, number, number];
  const perByte = 8 / bits;
  const integer = (byte: number, at: number) => (bits === 8 ? byte : at % 2 === 0 ? byte & 15 : byte >> 4);
  const zeroBytes = Math.ceil(blocksPerRow / perByte);
  const zeroOf = (row: number, block: number) =>
    zeros === null ? 2 ** (bits - 1) : integer(zeros[row * zeroBytes + Math.floor(block / perByte)]!, block);
  const blockSize = bytesPerBlock * perByte;
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: blocksPerRow * blockSize }, (_, k) => {
      const block = row * blocksPerRow + Math.floor(k / blockSize);
      const within = k % blockSize;
      const byte = packed[block * bytesPerBlock + Math.floor(within / perByte)]!;
      return (integer(byte, within) - zeroOf(row, block - row * blocksPerRow)) * scales[block]!;
    }),
  );
}

/** Likewise for packed rows of many matrices, [matrices, rows, bytes], with a scale a block or a row. */
export function unpackRows(
  packed: Vector,
  scales: Vector,
  p: { packed: number[]; scales: number[]; columns: number },
): Matrix {
  const [matrices, rows, bytes] = p.packed as [number, number, number];
  const perByte = p.columns / bytes;
  const blocks = p.scales[2] ?? 1;
  const blockSize = p.columns / blocks;
  return Array.from({ length: matrices * rows }, (_, row) =>
    Float64Array.from({ length: p.columns }, (_, k) => {
      const byte = packed[row * bytes + Math.floor(k / perByte)]!;
      const quantized = perByte === 1 ? byte : k % 2 === 0 ? byte & 15 : byte >> 4;
      return (quantized - (perByte === 1 ? 128 : 8)) * scales[row * blocks + Math.floor(k / blockSize)]!;
    }),
  );
}

function rowsOf(values: Vector, width: number): Matrix {
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function columnsOf(values: Vector, width: number): Matrix {
  const height = values.length / width;
  return Array.from({ length: width }, (_, column) => {
    const out = new Float64Array(height);
    for (let row = 0; row < height; row++) out[row] = values[row * width + column]!;
    return out;
  });
}

function inputOf(model: OnnxModel, node: string, index: number): string {
  return model.nodes.find((candidate) => candidate.name === node)!.inputs[index]!;
}

function decode(tensor: Initializer, directory: string): Vector {
  const bytes = Buffer.from(bytesOf(tensor, directory));
  switch (tensor.type) {
    case 'float32':
      return Float64Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
    case 'float16':
      return Float64Array.from({ length: bytes.length / 2 }, (_, i) => halfValue(bytes.readUInt16LE(i * 2)));
    case 'int8':
      return Float64Array.from(bytes, (_, i) => bytes.readInt8(i));
    case 'uint8':
      return Float64Array.from(bytes);
    default:
      throw new Error(`the reference cannot read ${tensor.name} of type ${tensor.type}`);
  }
}

function bytesOf(tensor: Initializer, directory: string): Uint8Array {
  if (tensor.data.kind === 'inline') return tensor.data.data!;
  const bytes = new Uint8Array(tensor.data.bytes);
  const file = openSync(join(directory, tensor.data.location), 'r');
  try {
    readSync(file, bytes, 0, bytes.length, tensor.data.offset);
  } finally {
    closeSync(file);
  }
  return bytes;
}
