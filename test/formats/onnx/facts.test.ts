// What a graph says about its own speed, against closed forms and the published facts of Qwen2.5-0.5B.
import { describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../src/contract/dtypes.js';
import type { GraphFacts } from '../../../src/contract/graph-facts.js';
import { GRAPH_LAYOUTS, type GraphLayout } from '../../../src/contract/layouts.js';
import { graphFacts } from '../../../src/formats/onnx/facts.js';
import { createGraphBuilder, planExternalData } from '../../../src/formats/onnx/graph-builder.js';
import type { OnnxModel } from '../../../src/formats/onnx/model.js';
import { parseModel } from '../../../src/formats/onnx/read.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import { dtypesOf } from '../../../src/models/checkpoint-plan.js';
import { architectureOf } from '../../../src/networks/architectures.js';
import { buildDecoder } from '../../../src/networks/decoder.js';
import { modelById } from '../../fixtures/model.js';

const MODEL = modelById('qwen2.5-0.5b');
// config.json of Qwen/Qwen2.5-0.5B-Instruct.
const [VOCAB, HIDDEN, INTERMEDIATE, LAYERS, HEADS, KV_HEADS, SIZE] = [151_936, 896, 4864, 24, 14, 2, 64];
const QKV = (HEADS + 2 * KV_HEADS) * SIZE;
const MATRICES_PER_LAYER = HIDDEN * QKV + HEADS * SIZE * HIDDEN + 3 * HIDDEN * INTERMEDIATE;
const PARAMETERS = VOCAB * HIDDEN + LAYERS * (MATRICES_PER_LAYER + QKV + 2 * HIDDEN) + HIDDEN;

function plan(layout: GraphLayout, dtype: SyntheticDtype, config = MODEL.config) {
  return planExternalData(buildDecoder(architectureOf(config).plan(config), dtype, layout), 'model.onnx_data');
}

const PAIRS = GRAPH_LAYOUTS.flatMap((layout) => dtypesOf(layout).map((dtype) => ({ layout, dtype })));
type Head = NonNullable<GraphFacts['head']>;
type Format = GraphFacts['formats'][number];

const kv = (type: string, bytesPerToken: number) => ({
  layers: 24,
  shapes: [{ heads: 2, size: 64, type }],
  bytesPerToken,
  shareable: true,
});
const float = (bits: number, nodes: number): Format => ({
  operator: 'MatMul',
  bits,
  blockSize: null,
  accuracyLevel: null,
  zeroPoints: false,
  nodes,
});
const blocks = (bits: number, blockSize: number, accuracyLevel: number, nodes: number): Format => ({
  operator: 'MatMulNBits',
  bits,
  blockSize,
  accuracyLevel,
  zeroPoints: false,
  nodes,
});
const head = (operator: string, bits: number, logits: Head['logits']): Head => ({
  operator,
  bits,
  quantized: bits < 16,
  tied: true,
  logits,
});

/** Five products a layer (packed q/k/v, o, gate, up, down) and the head. */
const EXPECTED: Record<GraphLayout, Partial<Record<SyntheticDtype, { head: Head; formats: Format[] }>>> = {
  published: {
    fp32: { head: head('MatMul', 32, 'every position'), formats: [float(32, 121)] },
    fp16: { head: head('MatMul', 16, 'every position'), formats: [float(16, 121)] },
    q4: { head: head('MatMul', 32, 'every position'), formats: [blocks(4, 32, 0, 120), float(32, 1)] },
    q4f16: { head: head('MatMul', 16, 'every position'), formats: [blocks(4, 32, 0, 120), float(16, 1)] },
    int8: {
      head: head('MatMulInteger', 8, 'every position'),
      formats: [{ ...float(8, 121), operator: 'MatMulInteger' }],
    },
  },
  tuned: {
    fp32: { head: head('MatMul', 32, 'num_logits_to_keep'), formats: [float(32, 121)] },
    fp16: { head: head('MatMul', 16, 'num_logits_to_keep'), formats: [float(16, 121)] },
    q4: { head: head('MatMulNBits', 4, 'num_logits_to_keep'), formats: [blocks(4, 128, 4, 121)] },
    q4f16: { head: head('MatMulNBits', 4, 'num_logits_to_keep'), formats: [blocks(4, 128, 4, 121)] },
    int8: { head: head('MatMulNBits', 8, 'num_logits_to_keep'), formats: [blocks(8, 128, 4, 121)] },
  },
  matched: {
    fp16: { head: head('MatMul', 16, 'num_logits_to_keep'), formats: [float(16, 121)] },
    q4: { head: head('MatMulNBits', 8, 'num_logits_to_keep'), formats: [blocks(4, 32, 4, 120), blocks(8, 32, 4, 1)] },
    int8: { head: head('MatMulNBits', 8, 'num_logits_to_keep'), formats: [blocks(8, 32, 4, 121)] },
  },
};

/** Operators of every format: per layer an attention, two norms, a bias; the mask's lengths; rotary or head slices. */
function commonOperators(layout: GraphLayout): Record<string, number> {
  const common = {
    GroupQueryAttention: LAYERS,
    SkipSimplifiedLayerNormalization: 2 * LAYERS,
    SimplifiedLayerNormalization: 1,
    Add: LAYERS,
    Sigmoid: LAYERS,
    ReduceSum: 1,
    Sub: 1,
    Shape: 1,
  };
  return layout === 'published' ? { ...common, Slice: 2 } : { ...common, Slice: 2, Neg: 1, Unsqueeze: 1 };
}

/** silu · up per layer. */
const MUL = 2 * LAYERS;
const PRODUCTS = 5 * LAYERS + 1;
const floatOperators = { MatMul: PRODUCTS, Transpose: 1, Mul: MUL, Cast: 2, Gather: 2 };
const blockOperators = { MatMulNBits: PRODUCTS, GatherBlockQuantized: 1, Reshape: 1, Mul: MUL, Cast: 2, Gather: 1 };
const floatHeadOperators = { MatMulNBits: PRODUCTS - 1, MatMul: 1, Transpose: 1, Mul: MUL, Cast: 2, Gather: 2 };
const OPERATORS: Record<GraphLayout, Partial<Record<SyntheticDtype, Record<string, number>>>> = {
  published: {
    fp32: floatOperators,
    fp16: floatOperators,
    q4: floatHeadOperators,
    q4f16: floatHeadOperators,
    // Each product: quantise its input, multiply, cast, and two scalings.
    int8: {
      MatMulInteger: PRODUCTS,
      DynamicQuantizeLinear: 4 * LAYERS + 1,
      DequantizeLinear: 1,
      Transpose: 1,
      Mul: MUL + 2 * PRODUCTS,
      Cast: 2 + PRODUCTS,
      Gather: 2,
    },
  },
  tuned: {
    fp32: floatOperators,
    fp16: floatOperators,
    q4: blockOperators,
    q4f16: blockOperators,
    int8: blockOperators,
  },
  matched: { fp16: floatOperators, q4: blockOperators, int8: blockOperators },
};

describe.each(PAIRS)('Qwen2.5-0.5B $layout $dtype', ({ layout, dtype }) => {
  const { model, bytes } = plan(layout, dtype);
  const facts = graphFacts(model);

  it('has the published number of parameters, to the last one', () => {
    expect(PARAMETERS).toBe(494_032_768);
    expect(facts.parameters).toBe(PARAMETERS);
    expect(MODEL.parameters).toBe(PARAMETERS);
  });

  it('names its head, embedding and formats', () => {
    const expected = EXPECTED[layout][dtype]!;
    expect(facts.head).toEqual(expected.head);
    expect(facts.formats).toEqual(expected.formats);
    expect(facts.embedding).toEqual({
      operator: expected.head.operator === 'MatMulNBits' ? 'GatherBlockQuantized' : 'Gather',
      bits: expected.head.bits,
      quantized: expected.head.quantized,
    });
  });

  it('counts its operators', () => {
    expect(facts.operators).toEqual({ ...commonOperators(layout), ...OPERATORS[layout][dtype] });
    expect(Object.values(facts.operators).reduce((a, b) => a + b)).toBe(model.nodes.length);
  });

  it('says how its KV cache is laid out', () => {
    // 2 (key, value) · 24 layers · 2 heads · 64 elements of 4 or 2 bytes.
    const half = dtype === 'fp16' || dtype === 'q4f16' || layout === 'matched';
    expect(facts.kv).toEqual(half ? kv('float16', 12_288) : kv('float32', 24_576));
    expect(facts.notADecoder).toBeNull();
  });

  it('adds up its bytes', () => {
    const inline = model.initializers.reduce((sum, { data }) => sum + (data.kind === 'inline' ? data.bytes : 0), 0);
    expect(Object.values(facts.weightBytesByType).reduce((a, b) => a + b)).toBe(facts.weightBytes);
    // The data file holds the weights and, between them, less than a page each.
    const gaps = bytes - (facts.weightBytes - inline);
    expect(gaps).toBeGreaterThanOrEqual(0);
    expect(gaps).toBeLessThan(4096 * model.initializers.length);
  });

  it('says the same once written and read', () => {
    expect(graphFacts(parseModel(encodeModel(model)))).toEqual(facts);
  });
});

describe('weight bytes', () => {
  it('follow from the format: 4 bits, and a float32 scale for every block of 32', () => {
    const { weightBytesByType } = graphFacts(plan('published', 'q4').model);
    const matrices = LAYERS * MATRICES_PER_LAYER;
    expect(weightBytesByType.uint8).toBe(matrices / 2);
    const rotary = 2 * 32_768 * SIZE;
    const floats = VOCAB * HIDDEN + LAYERS * (QKV + 2 * HIDDEN) + HIDDEN + rotary;
    expect(weightBytesByType.float32).toBe(4 * (matrices / 32 + floats));
  });
});

describe('a head of its own', () => {
  /** It is a matrix like any other: its format is that of the body, but for llama.cpp's files. */
  const bits = { fp32: 32, fp16: 16, q4: 4, q4f16: 4, int8: 8 };

  it.each(PAIRS)('$layout $dtype is counted and not tied', ({ layout, dtype }) => {
    const facts = graphFacts(plan(layout, dtype, { ...MODEL.config, tie_word_embeddings: false }).model);
    expect(facts.parameters).toBe(PARAMETERS + VOCAB * HIDDEN);
    const isLarger = layout === 'matched' && dtype === 'q4';
    expect(facts.head).toMatchObject({ tied: false, bits: isLarger ? 8 : bits[dtype] });
    if (layout === 'matched') expect(facts.embedding).toMatchObject({ bits: bits[dtype] });
  });
});

describe('graphs of other exporters', () => {
  /** One matrix of 64 × 96 behind an embedding, in the words of a given exporter. */
  function facts(build: (b: ReturnType<typeof createGraphBuilder>) => void): GraphFacts {
    const b = createGraphBuilder();
    b.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
    build(b);
    b.output('logits', 'float32', ['batch_size', 'sequence_length', 96]);
    return graphFacts(planExternalData(b.graph, 'w').model);
  }
  const bytes = { kind: 'bytes' } as const;
  const anyFloat = { kind: 'float', exponent: 0, positive: false } as const;
  const embed = (b: ReturnType<typeof createGraphBuilder>) =>
    b.node('Gather', '/embed', [b.weight('embed', 'float32', [96, 64], anyFloat), 'input_ids']);

  it('asymmetric 4-bit blocks have zero points, and neither they nor scales are parameters', () => {
    const found = facts((b) => {
      const inputs = [
        embed(b),
        b.weight('w_Q4', 'uint8', [96, 2, 16], bytes),
        b.weight('w_scales', 'float32', [96, 2], anyFloat),
        b.weight('w_zero_points', 'uint8', [96, 1], bytes),
      ];
      b.node('MatMulNBits', '/head', inputs, { K: 64, N: 96, bits: 4, block_size: 32 }, ['logits']);
    });
    expect(found.parameters).toBe(96 * 64 * 2);
    expect(found.formats).toEqual([{ ...blocks(4, 32, 0, 1), zeroPoints: true }]);
    expect(found.head).toMatchObject({ bits: 4, quantized: true, tied: false });
    expect(found.kv).toBeNull();
    expect(found.notADecoder).toContain('attention_mask');
  });

  it('a count of chosen experts that is no int64 is not read', () => {
    const found = facts((b) => {
      b.node('TopK', '/top', [embed(b), b.scalar('k', 'int8', 2)], {}, ['/values', '/sizes']);
      b.node('Split', '/split', ['/embed/output_0', '/sizes'], {}, ['/rows_0', '/rows_1']);
      b.node('MatMul', '/head', ['/rows_0', b.weight('w', 'float32', [64, 96], anyFloat)], {}, ['logits']);
    });
    expect(found.parametersActive).toBe(found.parameters);
  });

  it('a head behind a Slice computes the last position only', () => {
    const found = facts((b) => {
      const at = (name: string, value: number) => b.int64(name, [value]);
      const last = b.node('Slice', '/last', [embed(b), at('a', -1), at('b', 2 ** 31), at('c', 1)]);
      b.node('MatMul', '/head', [last, b.weight('w', 'float32', [64, 96], anyFloat)], {}, ['logits']);
    });
    expect(found.head).toEqual({ ...head('MatMul', 32, 'last position'), tied: false });
  });

  it('a weight behind DequantizeLinear is quantised, in bits and as head', () => {
    const found = facts((b) => {
      const weight = b.weight('w_int8', 'int8', [64, 96], bytes);
      const scale = b.weight('w_scale', 'float32', [96], anyFloat);
      const dequantized = b.node('DequantizeLinear', '/dq', [weight, scale], { axis: 1 });
      b.node('MatMul', '/head', [embed(b), dequantized], {}, ['logits']);
    });
    expect(found.parameters).toBe(96 * 64 * 2);
    expect(found.head).toMatchObject({ bits: 8, quantized: true });
  });

  it.each([
    { name: 'cos_cached, wherever it is used', table: 'model.layers.0.self_attn.rotary_emb.cos_cached' },
    { name: 'a rotary table by its place in the attention', table: 'onnx::GroupQueryAttention_812' },
  ])('$name is no parameter', ({ table }) => {
    const found = facts((b) => {
      const rows = embed(b);
      const angles = b.weight(table, 'float32', [128, 8], anyFloat);
      const attended = table.startsWith('onnx')
        ? b.node('GroupQueryAttention', '/attention', [rows, '', '', '', '', '', '', angles, angles])
        : b.node('Mul', '/rotate', [rows, angles]);
      b.node('MatMul', '/head', [attended, b.weight('w', 'float32', [64, 96], anyFloat)], {}, ['logits']);
    });
    expect(found.parameters).toBe(2 * 96 * 64);
  });

  it('a weight used twice is counted once', () => {
    const found = facts((b) => {
      const table = b.weight('embed', 'float32', [96, 64], anyFloat);
      const rows = b.node('Gather', '/embed', [table, 'input_ids']);
      b.node('MatMul', '/head', [rows, b.node('Transpose', '/t', [table], { perm: [1, 0] })], {}, ['logits']);
    });
    expect(found.parameters).toBe(96 * 64);
    expect(found.head).toMatchObject({ tied: true });
  });

  it('a graph without a head or an embedding has neither', () => {
    const model: OnnxModel = { ...plan('tuned', 'q4').model, nodes: [], initializers: [] };
    expect(graphFacts(model)).toMatchObject({ head: null, embedding: null, parameters: 0, formats: [] });
  });
});
