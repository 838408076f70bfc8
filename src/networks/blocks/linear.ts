// The weight formats: how a matrix of a decoder is stored and multiplied in each dtype and layout. `published` is what
// the hub's exports do, `tuned` is faster (docs/checkpoints.md).
import { kvValueBytes, type SyntheticDtype } from '../../contract/dtypes.js';
import type { GraphLayout } from '../../contract/layouts.js';
import type { Fill, GraphBuilder } from '../../formats/onnx/graph-builder.js';
import type { FloatType } from '../../formats/onnx/model.js';
import { blockSizeFor as largestBlock } from '../../formats/onnx/rewrite/recipe.js';
import type { DecoderPlan } from '../plan.js';

export type ActivationType = FloatType;

export type LinearFormat =
  | { kind: 'float' }
  /**
   * MatMulNBits: blocks along K with one scale each, around the middle of the integers or around zero points. Accuracy
   * level 4 multiplies in int8, 0 in float.
   */
  | { kind: 'blocks'; bits: 4 | 8; largestBlock: 32 | 128; accuracyLevel: 0 | 4; zeroPoints?: true }
  /** DynamicQuantizeLinear and MatMulInteger with one scale for the tensor, as dynamic quantisation to int8 has it. */
  | { kind: 'dynamic-int8' };

export interface Precision {
  activation: ActivationType;
  body: LinearFormat;
  /** The embedding, and the head that is tied to it. */
  head: LinearFormat;
  /** The tied head has a second copy of the packed integers of the embedding. */
  headAgain: boolean;
  /** Logits are computed only for the last `num_logits_to_keep` positions. */
  keepsLogits: boolean;
}

const FLOAT: LinearFormat = { kind: 'float' };
/** Exports on the hub have blocks of 32, multiplied in float. */
const publishedBlocks: LinearFormat = { kind: 'blocks', bits: 4, largestBlock: 32, accuracyLevel: 0 };
/** Blocks of 128, multiplied in int8: fewer bytes to read, and a quarter of the scales to apply. */
const tunedBlocks = (bits: 4 | 8): LinearFormat => ({ kind: 'blocks', bits, largestBlock: 128, accuracyLevel: 4 });

const BODY: Record<SyntheticDtype, Record<GraphLayout, LinearFormat>> = {
  fp32: { published: FLOAT, tuned: FLOAT },
  fp16: { published: FLOAT, tuned: FLOAT },
  q4: { published: publishedBlocks, tuned: tunedBlocks(4) },
  q4f16: { published: publishedBlocks, tuned: tunedBlocks(4) },
  int8: { published: { kind: 'dynamic-int8' }, tuned: tunedBlocks(8) },
};

export function precisionOf(
  dtype: SyntheticDtype,
  layout: GraphLayout,
  { publishesQuantizedEmbedding = false }: Pick<DecoderPlan, 'publishesQuantizedEmbedding'> = {},
): Precision {
  const body = BODY[dtype][layout];
  const activation = kvValueBytes(dtype) === 2 ? 'float16' : 'float32';
  const common = { activation, keepsLogits: layout === 'tuned' } as const;
  if (layout === 'tuned' || body.kind !== 'blocks') return { ...common, body, head: body, headAgain: false };
  // Published 4-bit exports quantise MatMul constants only; a tied head is a transposed embedding and stays in float.
  if (!publishesQuantizedEmbedding) return { ...common, body, head: FLOAT, headAgain: false };
  const blocks: LinearFormat = { ...body, zeroPoints: true };
  return { ...common, body: blocks, head: blocks, headAgain: true };
}

/** The exponent e for which weights of magnitude [2^e, 2^(e+1)) and random sign keep a sum over k terms near 1. */
export const floatExponent = (k: number) => Math.round(Math.log2(1 / (1.53 * Math.sqrt(k))));
/** The same for scales of integers with the standard deviation `spread`. */
export const scaleExponent = (k: number, spread: number) => Math.round(Math.log2(1 / (1.44 * spread * Math.sqrt(k))));
/** Scales of blocks. Integers 0…15 around 8 average −½, so scales have random signs to keep the mean weight at zero. */
export const scaleFill = (k: number, bits: 4 | 8): Fill => ({
  kind: 'float',
  exponent: scaleExponent(k, SPREAD[bits]),
  positive: false,
});
/** Standard deviation of random integers, by bits. */
export const SPREAD = { 4: 4.6, 8: 73.9 };
/** Standard deviation of the embedding: tokens differ, but a tied head does not just repeat its input. */
const EMBEDDING_SPREAD = 0.5;
export const TERMS_OF_EMBEDDING = EMBEDDING_SPREAD ** -2;

/** y = x · Wᵀ for a weight of `n` rows and `k` columns; returns the name of y. */
export function linear(
  b: GraphBuilder,
  format: LinearFormat,
  activation: ActivationType,
  p: { node: string; weight: string; input: string; k: number; n: number },
): string {
  if (format.kind === 'float') {
    const fill = { kind: 'float', exponent: floatExponent(p.k), positive: false } as const;
    return b.node('MatMul', p.node, [p.input, b.weight(p.weight, activation, [p.k, p.n], fill)]);
  }
  if (format.kind === 'dynamic-int8') {
    const weight = b.weight(`${p.weight}_quantized`, 'int8', [p.k, p.n], { kind: 'bytes' });
    return multiplyInt8(b, { ...p, weight, terms: p.k });
  }
  return multiplyBlocks(b, format, { ...p, ...blockWeights(b, format, activation, { ...p, terms: p.k }) });
}

type BlockFormat = Extract<LinearFormat, { kind: 'blocks' }>;

interface BlockWeights {
  weight: string;
  scales: string;
  /** One name, or none for integers around their middle. */
  zeroPoints: string[];
}

function blockSizeFor(format: BlockFormat, k: number): number {
  const size = largestBlock(k, format.largestBlock);
  if (size === null) throw new Error(`rows of ${k} cannot be cut into blocks of 16 or more`);
  return size;
}

function blockWeights(
  b: GraphBuilder,
  format: BlockFormat,
  type: ActivationType,
  p: { weight: string; k: number; n: number; terms: number },
): BlockWeights {
  const perRow = p.k / blockSizeFor(format, p.k);
  const zeros = () => [p.n, Math.ceil((perRow * format.bits) / 8)];
  return {
    weight: packedIntegers(b, format, p),
    // Random zero points have the same variance as the integers.
    scales: b.weight(
      `${p.weight}_scales`,
      type,
      [p.n, perRow],
      scaleFill(format.zeroPoints ? 2 * p.terms : p.terms, format.bits),
    ),
    zeroPoints: format.zeroPoints ? [b.weight(`${p.weight}_zp`, 'uint8', zeros(), { kind: 'bytes' })] : [],
  };
}

function packedIntegers(b: GraphBuilder, format: BlockFormat, p: { weight: string; k: number; n: number }): string {
  const blockSize = blockSizeFor(format, p.k);
  const dims = [p.n, p.k / blockSize, (blockSize * format.bits) / 8];
  return b.weight(`${p.weight}_Q${format.bits}`, 'uint8', dims, { kind: 'bytes' });
}

function multiplyBlocks(
  b: GraphBuilder,
  format: BlockFormat,
  p: BlockWeights & { node: string; input: string; k: number; n: number },
): string {
  return b.node('MatMulNBits', `${p.node}_Q${format.bits}`, [p.input, p.weight, p.scales, ...p.zeroPoints], {
    K: p.k,
    N: p.n,
    bits: format.bits,
    block_size: blockSizeFor(format, p.k),
    accuracy_level: format.accuracyLevel,
  });
}

function multiplyInt8(b: GraphBuilder, p: { node: string; input: string; weight: string; terms: number }): string {
  const [quantized, scale, zero] = quantizeActivation(b, p.input);
  const weightZero = b.scalar('int8_zero', 'int8', 0);
  const weightScale = int8Scale(b, p.terms);
  const product = b.node('MatMulInteger', `${p.node}_quant`, [quantized, p.weight, zero, weightZero]);
  const float = b.node('Cast', `${p.node}_cast`, [product], { to: 1 });
  const scales = b.node('Mul', `${p.node}_scales`, [scale, weightScale]);
  return b.node('Mul', `${p.node}_scaled`, [float, scales]);
}

/** The scale of an int8 weight that keeps a sum over `terms` near 1. */
function int8Scale(b: GraphBuilder, terms: number): string {
  return b.scalar(`int8_scale_${Math.round(terms)}`, 'float32', 1 / (SPREAD[8] * Math.sqrt(terms)));
}

/** All products of the same activations share one DynamicQuantizeLinear. */
function quantizeActivation(b: GraphBuilder, input: string): [string, string, string] {
  const outputs: [string, string, string] = [`${input}_quantized`, `${input}_scale`, `${input}_zero_point`];
  if (!b.graph.nodes.some((node) => node.outputs[0] === outputs[0])) {
    b.node('DynamicQuantizeLinear', `${input}_QuantizeLinear`, [input], {}, outputs);
  }
  return outputs;
}

/** `rows`: the embeddings of the tokens. `head`: adds the product of a head that is tied to the table. */
export interface Embedding {
  rows: string;
  head(p: { node: string; input: string }): string;
}

/** Looks up `ids` in a table of [vocab, hidden], which a tied head can share. */
export function embedding(
  b: GraphBuilder,
  format: LinearFormat,
  activation: ActivationType,
  p: { ids: string; vocab: number; hidden: number; headAgain: boolean },
): Embedding {
  const weight = 'model.embed_tokens.weight';
  const node = '/model/embed_tokens/Gather';
  const size = { k: p.hidden, n: p.vocab };
  if (format.kind === 'blocks') {
    const table = blockWeights(b, format, activation, { weight, ...size, terms: TERMS_OF_EMBEDDING });
    const flat = b.int64('embed_tokens_shape', [p.vocab, (p.hidden * format.bits) / 8]);
    const rows = b.node(
      'GatherBlockQuantized',
      `${node}_Q${format.bits}`,
      [
        b.node('Reshape', '/model/embed_tokens/Reshape', [table.weight, flat]),
        p.ids,
        table.scales,
        ...table.zeroPoints,
      ],
      { bits: format.bits, block_size: blockSizeFor(format, p.hidden), gather_axis: 0, quantize_axis: 1 },
    );
    const again = () => packedIntegers(b, format, { weight: 'lm_head.MatMul.weight', ...size });
    const head = (h: { node: string; input: string }) =>
      multiplyBlocks(b, format, { ...h, ...size, ...table, weight: p.headAgain ? again() : table.weight });
    return { rows, head };
  }
  const transposed = (table: string) => b.node('Transpose', '/lm_head/Transpose', [table], { perm: [1, 0] });
  if (format.kind === 'dynamic-int8') {
    const table = b.weight(`${weight}_quantized`, 'int8', [p.vocab, p.hidden], { kind: 'bytes' });
    const scale = int8Scale(b, TERMS_OF_EMBEDDING);
    const picked = b.node('Gather', node, [table, p.ids]);
    const rows = b.node('DequantizeLinear', `${node}_dequant`, [picked, scale, b.scalar('int8_zero', 'int8', 0)]);
    return { rows, head: (h) => multiplyInt8(b, { ...h, weight: transposed(table), terms: TERMS_OF_EMBEDDING }) };
  }
  const fill = { kind: 'float', exponent: floatExponent(TERMS_OF_EMBEDDING), positive: false } as const;
  const table = b.weight(weight, activation, [p.vocab, p.hidden], fill);
  return {
    rows: b.node('Gather', node, [table, p.ids]),
    head: (h) => b.node('MatMul', h.node, [h.input, transposed(table)]),
  };
}
