// A Qwen2 decoder in float64, written from the published architecture (RMS norm, rotary halves, grouped-query causal
// attention, SwiGLU) with naive loops. It shares with src/ only the reader that finds tensors in a checkpoint.
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Initializer, OnnxModel } from '../../src/onnx/model.js';
import { readModel } from '../../src/onnx/read.js';
import { halfValue } from './half.js';
import type { TinyConfig } from './tiny-model.js';

type Vector = Float64Array;
/** One row per output. */
type Matrix = Vector[];

export interface Qwen2Reference {
  /** The logits of every position of a whole sequence. */
  logits(ids: readonly number[]): Vector[];
}

interface Layer {
  inputNorm: Vector;
  qkv: Matrix;
  qkvBias: Vector;
  output: Matrix;
  postNorm: Vector;
  gate: Matrix;
  up: Matrix;
  down: Matrix;
}

export function openQwen2Reference(graph: string, config: TinyConfig): Qwen2Reference {
  const weights = openWeights(graph);
  const embedding = weights.table('model.embed_tokens.weight', '/model/embed_tokens/Gather_dequant');
  const head = config.tie_word_embeddings ? embedding : weights.projection('lm_head.MatMul.weight', '/lm_head/MatMul');
  const finalNorm = weights.vector('model.norm.weight');
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i): Layer => {
    const projection = (name: string) =>
      weights.projection(
        `model.layers.${i}.${name}.MatMul.weight`,
        `/model/layers.${i}/${name.replace('.', '/')}/MatMul`,
      );
    return {
      inputNorm: weights.vector(`model.layers.${i}.input_layernorm.weight`),
      qkv: projection('attn.qkv_proj'),
      qkvBias: weights.vector(`model.layers.${i}.attn.qkv_proj.Add.bias`),
      output: projection('attn.o_proj'),
      postNorm: weights.vector(`model.layers.${i}.post_attention_layernorm.weight`),
      gate: projection('mlp.gate_proj'),
      up: projection('mlp.up_proj'),
      down: projection('mlp.down_proj'),
    };
  });
  return {
    logits(ids) {
      let hidden = ids.map((id) => embedding[id]!);
      for (const layer of layers) hidden = forwardLayer(layer, hidden, config);
      return hidden.map((row) => multiply(head, rmsNorm(row, finalNorm, config.rms_norm_eps)));
    },
  };
}

function forwardLayer(layer: Layer, hidden: Vector[], config: TinyConfig): Vector[] {
  const epsilon = config.rms_norm_eps;
  const attended = attention(
    layer,
    hidden.map((row) => rmsNorm(row, layer.inputNorm, epsilon)),
    config,
  );
  const middle = hidden.map((row, t) => add(row, multiply(layer.output, attended[t]!)));
  return middle.map((row) => {
    const normed = rmsNorm(row, layer.postNorm, epsilon);
    const gate = multiply(layer.gate, normed);
    const up = multiply(layer.up, normed);
    const gated = gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!);
    return add(row, multiply(layer.down, gated));
  });
}

/** Query head h reads key and value head floor(h / (heads / kvHeads)); position t sees positions 0 … t. */
function attention(layer: Layer, rows: Vector[], config: TinyConfig): Vector[] {
  const heads = config.num_attention_heads;
  const kvHeads = config.num_key_value_heads;
  const size = config.hidden_size / heads;
  const qkv = rows.map((row) => add(multiply(layer.qkv, row), layer.qkvBias));
  // Packed as all query heads, then all key heads, then all value heads.
  const part = (first: number, count: number) =>
    qkv.map((row) => Array.from({ length: count }, (_, h) => row.slice((first + h) * size, (first + h + 1) * size)));
  const rotated = (heads: Vector[], t: number) => heads.map((head) => rotate(head, t, config.rope_theta));
  const queries = part(0, heads).map(rotated);
  const keys = part(heads, kvHeads).map(rotated);
  const values = part(heads + kvHeads, kvHeads);
  return queries.map((heads, t) => {
    const out = new Float64Array(config.hidden_size);
    heads.forEach((query, h) => {
      const kv = Math.floor(h / (heads.length / kvHeads));
      const scores = Array.from({ length: t + 1 }, (_, s) => dot(query, keys[s]![kv]!) / Math.sqrt(size));
      const largest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - largest));
      const sum = powers.reduce((a, b) => a + b, 0);
      for (let i = 0; i < size; i++) {
        for (let s = 0; s <= t; s++) out[h * size + i]! += (powers[s]! / sum) * values[s]![kv]![i]!;
      }
    });
    return out;
  });
}

/** Rotary position: element i is paired with element i + size/2 and turned by position · theta^(−2i/size). */
function rotate(head: Vector, position: number, theta: number): Vector {
  const half = head.length / 2;
  const out = new Float64Array(head.length);
  for (let i = 0; i < half; i++) {
    const angle = position / theta ** ((2 * i) / head.length);
    out[i] = head[i]! * Math.cos(angle) - head[i + half]! * Math.sin(angle);
    out[i + half] = head[i + half]! * Math.cos(angle) + head[i]! * Math.sin(angle);
  }
  return out;
}

function rmsNorm(row: Vector, weight: Vector, epsilon: number): Vector {
  const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
  return row.map((value, i) => value * scale * weight[i]!);
}

function multiply(matrix: Matrix, row: Vector): Vector {
  return Float64Array.from(matrix, (weights) => dot(weights, row));
}

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]!);
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Finds weights under the names of each format and dequantises them. */
function openWeights(path: string) {
  const model = readModel(path);
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const values = (name: string) => decode(tensors.get(name)!, dirname(path));
  const blocks = (name: string): Matrix | null => {
    for (const bits of [4, 8]) {
      const packed = tensors.get(`${name}_Q${bits}`);
      if (packed !== undefined) return unpackBlocks(values(packed.name), values(`${name}_scales`), packed.dims, bits);
    }
    return null;
  };
  const int8 = (name: string, scaleNode: string, scaleInput: number) => {
    const scale = decode(tensors.get(inputOf(model, scaleNode, scaleInput))!, '')[0]!;
    return values(`${name}_quantized`).map((value) => value * scale);
  };
  return {
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

/** Symmetric blocks along a row: (q − 2^(bits−1)) · scale; the low half of a byte comes first. */
function unpackBlocks(packed: Vector, scales: Vector, dims: number[], bits: number): Matrix {
  const [rows, blocksPerRow, bytesPerBlock] = dims as [number, number, number];
  const perByte = 8 / bits;
  const blockSize = bytesPerBlock * perByte;
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: blocksPerRow * blockSize }, (_, k) => {
      const block = row * blocksPerRow + Math.floor(k / blockSize);
      const within = k % blockSize;
      const byte = packed[block * bytesPerBlock + Math.floor(within / perByte)]!;
      const quantized = bits === 8 ? byte : within % 2 === 0 ? byte & 15 : byte >> 4;
      return (quantized - 2 ** (bits - 1)) * scales[block]!;
    }),
  );
}

function rowsOf(values: Vector, width: number): Matrix {
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function columnsOf(values: Vector, width: number): Matrix {
  const height = values.length / width;
  return Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: height }, (_, row) => values[row * width + column]!),
  );
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
