// The graph facts and config facts of a GGUF file, which onnx/facts.ts and networks/config-facts.ts read from other
// checkpoints.
import type { Dtype } from '../../contract/dtypes.js';
import type { ConfigFacts, GraphFacts } from '../../contract/graph-facts.js';
import type { GgufFile } from './read.js';
import { blockOf, type TensorType } from './tensor-types.js';
import { ggufWork } from './work.js';

/** llama.cpp keeps keys and values in half precision unless told otherwise. */
const KV_BYTES = 2;

type Tensor = GgufFile['tensors'][number];

export function ggufFacts(file: GgufFile): GraphFacts {
  const learned = file.tensors.filter(({ name }) => !name.startsWith('rope_'));
  const embedding = file.tensors.find(({ name }) => name === 'token_embd.weight');
  const head = file.tensors.find(({ name }) => name === 'output.weight') ?? embedding;
  const matrices = file.tensors.filter(({ name, dims }) => dims.length > 1 && name !== 'token_embd.weight');
  const used = activeShare(file);
  const share = ({ name }: Tensor) => (name.includes('_exps.') ? used : 1);
  const sum = (tensors: Tensor[], count: (tensor: Tensor) => number) =>
    Math.round(tensors.reduce((total, tensor) => total + count(tensor), 0));
  const values = kvValues(file);
  return {
    producer: `GGUF ${file.version}, ${architectureOf(file)}`,
    opsets: {},
    parameters: sum(learned, elements),
    parametersActive: sum(learned, (tensor) => elements(tensor) * share(tensor)),
    weightBytes: sum(file.tensors, ({ bytes }) => bytes),
    weightBytesActive: sum(file.tensors, (tensor) => tensor.bytes * share(tensor)),
    weightBytesByType: bytesByType(file.tensors),
    operators: {},
    formats: formatsOf(head === embedding && head !== undefined ? [...matrices, head] : matrices),
    embedding: embedding === undefined ? null : { operator: 'get_rows', ...precisionOf(embedding.type) },
    head:
      head === undefined
        ? null
        : { operator: 'mul_mat', ...precisionOf(head.type), tied: head === embedding, logits: 'last position' },
    kv: values === null ? null : { ...values, shareable: true },
    work: ggufWork(file, head, share, attentionOf(file)),
    notADecoder: values === null ? 'its metadata does not tell the shape of its KV cache' : null,
    inputs: [],
    outputs: [],
  };
}

export function ggufConfigFacts(file: GgufFile): ConfigFacts {
  const kv = kvValues(file);
  const tokens = file.metadata.get('tokenizer.ggml.tokens');
  const vocab = typeof tokens === 'object' ? tokens.length : own(file, 'vocab_size');
  return {
    vocab,
    context: own(file, 'context_length'),
    kvValuesPerToken: kv === null ? null : kv.bytesPerToken / KV_BYTES,
  };
}

/** The dtype with the bits of the type that most bytes of the file have. */
export function ggufDtype(file: GgufFile): Dtype {
  const [type] = Object.entries(bytesByType(file.tensors)).sort(([, a], [, b]) => b - a)[0] ?? ['F32'];
  if (type === 'F32') return 'fp32';
  const { bits } = precisionOf(type as TensorType);
  const byBits: Record<number, Dtype> = { 1: 'q1', 2: 'q2', 3: 'q3', 4: 'q4', 5: 'q5', 6: 'q6', 8: 'int8' };
  return byBits[bits] ?? 'fp16';
}

function architectureOf({ metadata }: GgufFile): string {
  return String(metadata.get('general.architecture') ?? 'unknown');
}

function own(file: GgufFile, key: string): number | null {
  const value = file.metadata.get(`${architectureOf(file)}.${key}`);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

/** Shape of the KV cache; null where the metadata lacks a size, or the attention is latent. */
function kvValues(file: GgufFile) {
  const layers = own(file, 'block_count') || null;
  const heads = own(file, 'attention.head_count') || null;
  const kvHeads = own(file, 'attention.head_count_kv') ?? heads;
  const hidden = own(file, 'embedding_length');
  const size = own(file, 'attention.key_length') ?? (hidden !== null && heads !== null ? hidden / heads : null);
  if (layers === null || kvHeads === null || size === null || own(file, 'attention.kv_lora_rank') !== null) return null;
  const shape = { heads: kvHeads, size, type: 'float16' } as const;
  return { layers, shapes: [shape], bytesPerToken: layers * 2 * kvHeads * size * KV_BYTES };
}

/**
 * Which layers have the sliding window depends on the architecture. It is applied to all, as `Work` is a lower bound.
 */
function attentionOf(file: GgufFile): GraphFacts['work']['attention'] {
  const values = kvValues(file);
  if (values === null) return [];
  const { layers, shapes, bytesPerToken } = values;
  const { heads, size } = shapes[0]!;
  return [
    {
      layers,
      queryHeads: own(file, 'attention.head_count') ?? heads,
      keySize: size,
      valueSize: size,
      arithmetic: 'fp16',
      rowBytes: bytesPerToken / layers,
      window: own(file, 'attention.sliding_window') || null,
    },
  ];
}

function activeShare(file: GgufFile): number {
  const [all, used] = [own(file, 'expert_count'), own(file, 'expert_used_count')];
  return all === null || used === null || all === 0 ? 1 : used / all;
}

function elements({ dims }: Tensor): number {
  return dims.reduce((a, b) => a * b, 1);
}

function bytesByType(tensors: Tensor[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { type, bytes } of tensors) sums[type] = (sums[type] ?? 0) + bytes;
  return sums;
}

/** Bits of a weight, rounded down, so that its share of the scales does not count. */
function precisionOf(type: TensorType): { bits: number; quantized: boolean } {
  const block = blockOf(type);
  return { bits: Math.floor((block.bytes * 8) / block.elements), quantized: block.elements > 1 };
}

function formatsOf(matrices: Tensor[]): GraphFacts['formats'] {
  const counts = new Map<TensorType, number>();
  for (const { type } of matrices) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([type, nodes]) => {
      const { elements } = blockOf(type);
      const blockSize = elements > 1 ? elements : null;
      const operator = `mul_mat ${type}`;
      return { operator, bits: precisionOf(type).bits, blockSize, accuracyLevel: null, zeroPoints: false, nodes };
    });
}
