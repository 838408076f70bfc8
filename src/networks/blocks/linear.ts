// The weight formats: how a matrix of a decoder is stored and multiplied in each dtype and layout. `published` is what
// the hub's exports do, `tuned` is faster (docs/checkpoints.md).
import type { SyntheticDtype } from '../../contract/dtypes.js';
import { cacheValueBytes, type GraphLayout } from '../../contract/layouts.js';
import { problem } from '../../errors.js';
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
  /** A head of its own. */
  ownHead: LinearFormat;
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
/** The blocks of Q4_0 and Q8_0, multiplied in int8 as llama.cpp does. */
const matchedBlocks = (bits: 4 | 8): LinearFormat => ({ kind: 'blocks', bits, largestBlock: 32, accuracyLevel: 4 });

const BODY: Record<SyntheticDtype, Record<GraphLayout, LinearFormat>> = {
  fp32: { published: FLOAT, tuned: FLOAT, matched: FLOAT },
  fp16: { published: FLOAT, tuned: FLOAT, matched: FLOAT },
  q4: { published: publishedBlocks, tuned: tunedBlocks(4), matched: matchedBlocks(4) },
  q4f16: { published: publishedBlocks, tuned: tunedBlocks(4), matched: matchedBlocks(4) },
  int8: { published: { kind: 'dynamic-int8' }, tuned: tunedBlocks(8), matched: matchedBlocks(8) },
};

export function precisionOf(
  dtype: SyntheticDtype,
  layout: GraphLayout,
  { publishesQuantizedEmbedding = false, tiedHead }: Pick<DecoderPlan, 'publishesQuantizedEmbedding' | 'tiedHead'>,
): Precision {
  const body = BODY[dtype][layout];
  const activation = cacheValueBytes(layout, dtype) === 2 ? 'float16' : 'float32';
  const common = { activation, keepsLogits: layout !== 'published', headAgain: false } as const;
  const plain = { ...common, body, head: body, ownHead: body };
  if (layout === 'tuned' || body.kind !== 'blocks') return plain;
  if (layout === 'matched') {
    // llama-quantize gives the head at least 6 bits; 8 is the next that MatMulNBits has.
    const ownHead = matchedBlocks(8);
    return { ...plain, head: tiedHead ? ownHead : body, ownHead };
  }
  // Published 4-bit exports quantise MatMul constants only; a tied head is a transposed embedding and stays in float.
  if (!publishesQuantizedEmbedding) return { ...plain, head: FLOAT };
  const blocks: LinearFormat = { ...body, zeroPoints: true };
  return { ...common, body: blocks, head: blocks, ownHead: blocks, headAgain: true };
}

/** Floats of magnitude [2^exponent, 2^(exponent+1)) and random sign. */
export function floatFill(exponent: number) {
  return { kind: 'float', exponent, positive: false } as const satisfies Fill;
}
export const BIAS_FILL = floatFill(-6);

/** The exponent e for which weights of magnitude [2^e, 2^(e+1)) and random sign keep a sum over k terms near 1. */
export const floatExponent = (k: number) => Math.round(Math.log2(1 / (1.53 * Math.sqrt(k))));
/** The same for scales of integers with the standard deviation `spread`. */
export const scaleExponent = (k: number, spread: number) => Math.round(Math.log2(1 / (1.44 * spread * Math.sqrt(k))));
/** Scales of blocks. Integers 0…15 around 8 average −½, so scales have random signs to keep the mean weight at zero. */
export const scaleFill = (k: number, bits: 4 | 8) => floatFill(scaleExponent(k, SPREAD[bits]));
/** Standard deviation of random integers, by bits. */
export const SPREAD = { 4: 4.6, 7: 36.9, 8: 73.9 };
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
    const weight = b.weight(p.weight, activation, [p.k, p.n], floatFill(floatExponent(p.k)));
    return b.node('MatMul', p.node, [p.input, weight]);
  }
  if (format.kind === 'dynamic-int8') {
    const weight = b.weight(`${p.weight}_quantized`, 'int8', [p.k, p.n], { kind: 'seven-bits' });
    return multiplyInt8(b, { ...p, weight, terms: p.k });
  }
  return blockMatrix(b, format, activation, { ...p, terms: p.k }).multiply(p.node, p.input);
}

type BlockFormat = Extract<LinearFormat, { kind: 'blocks' }>;

/** Adds the weights of a matrix in blocks along K. */
function blockMatrix(
  b: GraphBuilder,
  format: BlockFormat,
  type: ActivationType,
  p: { weight: string; k: number; n: number; terms: number },
) {
  const { bits, zeroPoints, accuracyLevel } = format;
  const blockSize = largestBlock(p.k, format.largestBlock);
  if (blockSize === null) {
    const what = `rows of ${p.k} weights (${p.weight}) cannot be quantised in blocks of 16 or more`;
    throw problem('input-invalid', { what, expected: 'sizes that are multiples of 16, or --dtype fp16 or fp32' });
  }
  const perRow = p.k / blockSize;
  const integers = (weight: string) =>
    b.weight(`${weight}_Q${bits}`, 'uint8', [p.n, perRow, (blockSize * bits) / 8], { kind: 'bytes' });
  const packed = integers(p.weight);
  // Random zero points have the same variance as the integers.
  const scaleTerms = zeroPoints ? 2 * p.terms : p.terms;
  const factors = [b.weight(`${p.weight}_scales`, type, [p.n, perRow], scaleFill(scaleTerms, bits))];
  const zeroDims = [p.n, Math.ceil((perRow * bits) / 8)];
  if (zeroPoints) factors.push(b.weight(`${p.weight}_zp`, 'uint8', zeroDims, { kind: 'bytes' }));
  return {
    blockSize,
    packed,
    /** The scales, and the zero points of a format that has them. */
    factors,
    /** Another copy of the packed integers. */
    integers,
    multiply: (node: string, input: string, weight = packed) =>
      b.node('MatMulNBits', `${node}_Q${bits}`, [input, weight, ...factors], {
        K: p.k,
        N: p.n,
        bits,
        block_size: blockSize,
        accuracy_level: accuracyLevel,
      }),
  };
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
  return b.scalar(`int8_scale_${Math.round(terms)}`, 'float32', 1 / (SPREAD[7] * Math.sqrt(terms)));
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
  if (format.kind === 'blocks') {
    const { bits } = format;
    const size = { k: p.hidden, n: p.vocab };
    const table = blockMatrix(b, format, activation, { weight, ...size, terms: TERMS_OF_EMBEDDING });
    const flat = b.int64('embed_tokens_shape', [p.vocab, (p.hidden * bits) / 8]);
    const integers = b.node('Reshape', '/model/embed_tokens/Reshape', [table.packed, flat]);
    const attributes = { bits, block_size: table.blockSize, gather_axis: 0, quantize_axis: 1 };
    const inputs = [integers, p.ids, ...table.factors];
    const rows = b.node('GatherBlockQuantized', `${node}_Q${bits}`, inputs, attributes);
    const again = () => (p.headAgain ? table.integers('lm_head.MatMul.weight') : table.packed);
    return { rows, head: (h) => table.multiply(h.node, h.input, again()) };
  }
  const transposed = (table: string) => b.node('Transpose', '/lm_head/Transpose', [table], { perm: [1, 0] });
  if (format.kind === 'dynamic-int8') {
    const table = b.weight(`${weight}_quantized`, 'int8', [p.vocab, p.hidden], { kind: 'seven-bits' });
    const scale = int8Scale(b, TERMS_OF_EMBEDDING);
    const picked = b.node('Gather', node, [table, p.ids]);
    const rows = b.node('DequantizeLinear', `${node}_dequant`, [picked, scale, b.scalar('int8_zero', 'int8', 0)]);
    return { rows, head: (h) => multiplyInt8(b, { ...h, weight: transposed(table), terms: TERMS_OF_EMBEDDING }) };
  }
  const table = b.weight(weight, activation, [p.vocab, p.hidden], floatFill(floatExponent(TERMS_OF_EMBEDDING)));
  return {
    rows: b.node('Gather', node, [table, p.ids]),
    head: (h) => b.node('MatMul', h.node, [h.input, transposed(table)]),
  };
}
