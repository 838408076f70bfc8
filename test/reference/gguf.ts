// A small GGUF reader of the tests' own, written from ggml's gguf.h and ggml-quants.c: header, tensors, and their
// values as float64 under the names that the reference decoder asks for.
import { readFileSync } from 'node:fs';
import type { DecoderWeights } from './decoder.js';
import { halfValue } from './half.js';
import type { Matrix, Vector } from './weights.js';

export interface ParsedTensor {
  name: string;
  dims: number[];
  type: number;
  /** From the start of the file. */
  start: number;
}

export interface ParsedGguf {
  bytes: Buffer;
  version: number;
  metadata: Record<string, unknown>;
  tensors: ParsedTensor[];
}

export function parseGguf(bytes: Buffer): ParsedGguf {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return at - length;
  };
  const u32 = () => bytes.readUInt32LE(take(4));
  const u64 = () => Number(bytes.readBigUInt64LE(take(8)));
  const text = () => {
    const length = u64();
    return bytes.toString('utf8', take(length), at);
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return bytes.readInt32LE(take(4));
    if (type === 6) return bytes.readFloatLE(take(4));
    if (type === 7) return bytes.readUInt8(take(1)) === 1;
    if (type === 8) return text();
    if (type !== 9) throw new Error(`this reader does not know the value type ${type}`);
    const of = u32();
    return Array.from({ length: u64() }, () => value(of));
  };
  if (bytes.toString('latin1', 0, 4) !== 'GGUF') throw new Error('no magic');
  at = 4;
  const version = u32();
  const [tensorCount, valueCount] = [u64(), u64()];
  const metadata: Record<string, unknown> = {};
  for (let i = 0; i < valueCount; i++) {
    const key = text();
    metadata[key] = value(u32());
  }
  const infos = Array.from({ length: tensorCount }, () => {
    const name = text();
    const dims = Array.from({ length: u32() }, u64);
    return { name, dims, type: u32(), offset: u64() };
  });
  const data = at + ((32 - (at % 32)) % 32);
  return { bytes, version, metadata, tensors: infos.map(({ offset, ...info }) => ({ ...info, start: data + offset })) };
}

/** Values of one block, by the number of the type: elements, bytes, and how they are decoded. */
const BLOCKS: Record<number, { elements: number; bytes: number; decode: (b: Buffer, at: number) => number[] }> = {
  0: { elements: 1, bytes: 4, decode: (b, at) => [b.readFloatLE(at)] },
  1: { elements: 1, bytes: 2, decode: (b, at) => [halfValue(b.readUInt16LE(at))] },
  2: {
    elements: 32,
    bytes: 18,
    decode(b, at) {
      const packed = [...b.subarray(at + 2, at + 18)];
      const quantized = [...packed.map((byte) => byte & 15), ...packed.map((byte) => byte >> 4)];
      return quantized.map((q) => (q - 8) * halfValue(b.readUInt16LE(at)));
    },
  },
  8: {
    elements: 32,
    bytes: 34,
    decode: (b, at) => Array.from({ length: 32 }, (_, i) => b.readInt8(at + 2 + i) * halfValue(b.readUInt16LE(at))),
  },
  14: { elements: 256, bytes: 210, decode: decodeQ6K },
};

/** Low 4 bits, high 2 bits, 16 scales of 8 bits, one half for all. */
function decodeQ6K(b: Buffer, at: number): number[] {
  const out = new Array<number>(256);
  const scale = halfValue(b.readUInt16LE(at + 208));
  for (let half = 0; half < 2; half++) {
    for (let l = 0; l < 32; l++) {
      const low = [b[at + half * 64 + l]!, b[at + half * 64 + l + 32]!] as const;
      const high = b[at + 128 + half * 32 + l]!;
      const nibbles = [low[0] & 15, low[1] & 15, low[0] >> 4, low[1] >> 4];
      nibbles.forEach((nibble, part) => {
        const q = (nibble | (((high >> (2 * part)) & 3) << 4)) - 32;
        const own = b.readInt8(at + 192 + half * 8 + Math.floor(l / 16) + 2 * part);
        out[half * 128 + part * 32 + l] = q * own * scale;
      });
    }
  }
  return out;
}

export function valuesOf({ bytes }: ParsedGguf, { dims, type, start }: ParsedTensor): Vector {
  const block = BLOCKS[type]!;
  const count = dims.reduce((a, b) => a * b, 1);
  const values = new Float64Array(count);
  for (let i = 0; i < count / block.elements; i++) {
    values.set(block.decode(bytes, start + i * block.bytes), i * block.elements);
  }
  return values;
}

const PARTS: Record<string, string[]> = {
  'attn.qkv_proj': ['attn_q', 'attn_k', 'attn_v'],
  'attn.o_proj': ['attn_output'],
  'attn.q_norm': ['attn_q_norm'],
  'attn.k_norm': ['attn_k_norm'],
  'mlp.gate_proj': ['ffn_gate'],
  'mlp.up_proj': ['ffn_up'],
  'mlp.down_proj': ['ffn_down'],
  input_layernorm: ['attn_norm'],
  pre_feedforward_layernorm: ['ffn_norm'],
  post_feedforward_layernorm: ['post_ffw_norm'],
};

/** The weights of a decoder by the names that ONNX checkpoints have. */
export function openGgufWeights(path: string): DecoderWeights {
  const file = parseGguf(readFileSync(path));
  const sandwich = file.tensors.some(({ name }) => name.endsWith('post_ffw_norm.weight'));
  const values = (name: string) => valuesOf(file, file.tensors.find((tensor) => tensor.name === name)!);
  const ownNames = (name: string): string[] => {
    if (name === 'model.norm.weight') return ['output_norm.weight'];
    if (name === 'lm_head.MatMul.weight') return ['output.weight'];
    const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.*?)(?:\.MatMul|\.Add)?\.(weight|bias)$/.exec(name)!;
    const behindAttention = sandwich ? 'post_attention_norm' : 'ffn_norm';
    const parts = part === 'post_attention_layernorm' ? [behindAttention] : PARTS[part!]!;
    return parts.map((own) => `blk.${layer}.${own}.${kind}`);
  };
  const rows = (names: string[]): Matrix =>
    names.flatMap((name) => {
      const all = values(name);
      const [width] = file.tensors.find((tensor) => tensor.name === name)!.dims as [number];
      return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
    });
  return {
    vector: (name) => Float64Array.from(ownNames(name).flatMap((own) => [...values(own)])),
    table: () => rows(['token_embd.weight']),
    projection: (name) => rows(ownNames(name)),
  };
}
