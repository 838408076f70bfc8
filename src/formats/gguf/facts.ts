// The graph facts and config facts of a GGUF file, which onnx/facts.ts and networks/config-facts.ts read from other
// checkpoints.
import type { Dtype } from '../../contract/dtypes.js';
import type { ConfigFacts, GraphFacts } from '../../contract/graph-facts.js';
import type { GgufFile } from './file.js';
import { attentionOf, cacheOf, KV_BYTES, kvBytesPerToken, whyNoDecoder } from './layers.js';
import { architectureOf, fileTypeOf, numberOf, textOf } from './metadata.js';
import { blockOf, type TensorType } from './tensor-types.js';
import { ggufWork } from './work.js';

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
  const { vocab, context } = ggufConfigFacts(file);
  return {
    producer: `GGUF ${file.version}, ${architectureOf(file)}`,
    opsets: {},
    parameters: sum(learned, elements),
    parametersActive: sum(learned, (tensor) => elements(tensor) * share(tensor)),
    copiedParameters: 0,
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
    kv: cacheOf(file),
    readsTokens: embedding !== undefined,
    work: ggufWork(file, head, share, attentionOf(file)),
    notADecoder: whyNoDecoder(file),
    header: { name: textOf(file, 'general.name'), context, vocab, fileType: fileTypeOf(file) },
    inputs: [],
    outputs: [],
  };
}

export function ggufConfigFacts(file: GgufFile): ConfigFacts {
  const bytes = kvBytesPerToken(file);
  const tokens = file.metadata.get('tokenizer.ggml.tokens');
  return {
    vocab: typeof tokens === 'object' ? tokens.length : numberOf(file, 'vocab_size'),
    context: numberOf(file, 'context_length'),
    kvValuesPerToken: bytes === null ? null : bytes / KV_BYTES,
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

function activeShare(file: GgufFile): number {
  const [all, used] = [numberOf(file, 'expert_count'), numberOf(file, 'expert_used_count')];
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
