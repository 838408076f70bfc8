// Facts of graphs that are no decoders of ours, put together by hand, with the arithmetic written out: encoders with fused
// attention, convolutions, weights inside If, caches of other names, graphs without tokens or nodes.
import { describe, expect, it } from 'vitest';
import { cacheOf } from '../../../src/formats/onnx/cache-inputs.js';
import { graphFacts } from '../../../src/formats/onnx/facts.js';
import {
  type ElementType,
  externalTensor,
  type Initializer,
  inlineTensor,
  nodeOf,
  type OnnxModel,
  type Subgraph,
} from '../../../src/formats/onnx/model.js';
import { parseModel } from '../../../src/formats/onnx/read.js';
import { chunk, integer, modelOf } from '../../reference/wire.js';

const BYTES = { float32: 4, uint8: 1, int8: 1, int64: 8 };
function weight(name: string, dims: number[], type: keyof typeof BYTES = 'float32'): Initializer {
  const bytes = BYTES[type] * dims.reduce((a, b) => a * b, 1);
  return externalTensor({ name, type, dims, offset: 0, bytes }, 'w');
}

function graph(parts: Partial<OnnxModel>): OnnxModel {
  const empty = { nodes: [], initializers: [], inputs: [], outputs: [] };
  return { irVersion: 8, producer: '', opsets: { '': 14 }, graphName: '', subgraphs: 0, ...empty, ...parts };
}
const input = (name: string, dims: (number | string)[], type: ElementType = 'float32') => ({ name, type, dims });
const IDS = input('input_ids', ['batch', 'length'], 'int64');

describe('products and tables of other operators', () => {
  it('fused encoders: EmbedLayerNormalization reads rows, Attention multiplies its projections', () => {
    // BERT-like: vocabulary 100, 64 positions, 2 segments, hidden 32.
    const tables = [weight('words', [100, 32]), weight('positions', [64, 32]), weight('segments', [2, 32])];
    const norms = [weight('gamma', [32]), weight('beta', [32])];
    const qkv = [weight('qkv', [32, 96]), weight('bias', [96])];
    const facts = graphFacts(
      graph({
        initializers: [...tables, ...norms, ...qkv],
        inputs: [IDS, input('segment_ids', ['batch', 'length'], 'int64')],
        nodes: [
          nodeOf('EmbedLayerNormalization', 'rows', [
            'input_ids',
            'segment_ids',
            'words',
            'positions',
            'segments',
            'gamma',
            'beta',
          ]),
          nodeOf('Attention', 'attended', ['rows', 'qkv', 'bias'], { num_heads: 4 }),
        ],
      }),
    );
    expect(facts.parameters).toBe(166 * 32 + 2 * 32 + 32 * 96 + 96);
    expect(facts.embedding).toEqual({ operator: 'EmbedLayerNormalization', bits: 32, quantized: false });
    // 32 × 96 multiplications and additions.
    expect(facts.work.products).toEqual([{ operator: 'Attention', arithmetic: 'fp32', operations: 2 * 32 * 96 }]);
    // Of the tables a row each, which is left out; the norms, the projections and their bias are read.
    expect(facts.work.tokenBytes).toBe(4 * (2 * 32 + 32 * 96 + 96));
    expect(facts.formats).toMatchObject([{ operator: 'Attention', bits: 32, nodes: 1 }]);
    expect([facts.readsTokens, facts.kv]).toEqual([true, null]);
  });

  it('a convolution over tokens multiplies every weight once for each', () => {
    // A depthwise kernel of 4 taps over 64 channels, between an embedding and a head of 50.
    const facts = graphFacts(
      graph({
        initializers: [weight('embed', [50, 64]), weight('kernel', [64, 1, 4]), weight('head', [64, 50])],
        inputs: [IDS],
        nodes: [
          nodeOf('Gather', 'rows', ['embed', 'input_ids']),
          nodeOf('Conv', 'mixed', ['rows', 'kernel'], { group: 64 }),
          nodeOf('MatMul', 'logits', ['mixed', 'head']),
        ],
        outputs: [input('logits', ['batch', 'length', 50])],
      }),
    );
    expect(facts.work.products).toEqual([{ operator: 'Conv', arithmetic: 'fp32', operations: 2 * 64 * 4 }]);
    expect(facts.work.head?.operations).toBe(2 * 64 * 50);
    expect(facts.parameters).toBe(2 * 50 * 64 + 64 * 4);
  });

  it.each([
    { operator: 'QAttention', at: 1, arithmetic: 'int8' },
    { operator: 'ConvInteger', at: 1, arithmetic: 'int8' },
    { operator: 'QLinearConv', at: 3, arithmetic: 'int8' },
    { operator: 'LSTM', at: 2, arithmetic: 'fp32' },
    { operator: 'MoE', at: 5, arithmetic: 'fp32' },
  ] as const)('$operator multiplies its input $at', ({ operator, at, arithmetic }) => {
    const type = arithmetic === 'int8' ? 'int8' : 'float32';
    const inputs = Array.from({ length: at }, (_, i) => `activation_${i}`);
    const nodes = [nodeOf(operator, 'y', [...inputs, 'w'])];
    const { products } = graphFacts(graph({ initializers: [weight('w', [8, 24], type)], nodes })).work;
    expect(products).toEqual([{ operator, arithmetic, operations: 2 * 8 * 24 }]);
  });

  it('blocks of MatMulBnb4 count as their unpacked weights', () => {
    const nodes = [nodeOf('MatMulBnb4', 'y', ['x', 'packed', 'absmax'], { N: 16, K: 64, block_size: 64 })];
    const facts = graphFacts(
      graph({ initializers: [weight('packed', [512], 'uint8'), weight('absmax', [16])], nodes }),
    );
    expect(facts.parameters).toBe(16 * 64);
  });
});

describe('graphs inside nodes', () => {
  const branch = (parts: Partial<Subgraph>): Subgraph => ({
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [input('y', ['batch', 8])],
    ...parts,
  });
  const product = (name: string, dims: number[]) =>
    branch({ nodes: [nodeOf('MatMul', 'y', ['x', name])], initializers: [weight(name, dims)] });
  const both = (thenBranch: Subgraph, elseBranch: Subgraph, more: Partial<OnnxModel> = {}) =>
    graph({
      inputs: [input('x', ['batch', 16]), input('condition', [], 'bool')],
      outputs: [input('logits', ['batch', 8])],
      ...more,
      nodes: [{ ...nodeOf('If', 'choice', ['condition'], {}, ['logits']), graphs: [thenBranch, elseBranch] }],
    });

  it('the weights of both branches count, and of their work the lesser', () => {
    // Two branches whose weights have the same name, as exporters write them.
    const facts = graphFacts(both(product('w', [16, 8]), product('w', [4, 8])));
    expect(facts.parameters).toBe(16 * 8 + 4 * 8);
    expect(facts.weightBytes).toBe(4 * (16 * 8 + 4 * 8));
    expect(facts.operators).toEqual({ MatMul: 2, If: 1 });
    expect(facts.work.products).toEqual([]);
    expect(facts.work.head).toMatchObject({ operator: 'MatMul', operations: 2 * 4 * 8 });
    expect(facts.work.tokenBytes).toBe(4 * 4 * 8);
  });

  it('a weight that both branches share counts once, in bytes and in operations', () => {
    const shared = () => branch({ nodes: [nodeOf('MatMul', 'y', ['x', 'w'])] });
    const facts = graphFacts(both(shared(), shared(), { initializers: [weight('w', [16, 8])] }));
    expect(facts.parameters).toBe(16 * 8);
    expect(facts.work.head?.operations).toBe(2 * 16 * 8);
    expect(facts.work.tokenBytes).toBe(4 * 16 * 8);
  });

  it('a branch inside a branch, and the body of a loop once', () => {
    const inner = both(product('w', [16, 8]), product('w', [8, 8])).nodes[0]!;
    const outer = branch({ nodes: [{ ...inner, outputs: ['y'] }] });
    const loop = { ...nodeOf('Loop', 'loop', ['', '']), graphs: [product('w', [2, 8])] };
    const model = both(outer, product('big', [64, 8]));
    const facts = graphFacts({ ...model, nodes: [...model.nodes, loop] });
    expect(facts.parameters).toBe(8 * (16 + 8 + 64 + 2));
    expect(facts.work.head?.operations).toBe(2 * 8 * 8);
    expect(facts.work.products).toMatchObject([{ operations: 2 * 2 * 8 }]);
  });

  it('a weight in a Constant node is a weight', () => {
    const value = inlineTensor('', 'float32', [16, 8], new Float32Array(128));
    const nodes = [nodeOf('Constant', 'w', [], { value }), nodeOf('MatMul', 'y', ['x', 'w'])];
    const facts = graphFacts(graph({ nodes }));
    expect([facts.parameters, facts.weightBytes]).toEqual([128, 512]);
    expect(facts.work.products).toMatchObject([{ operations: 256 }]);
  });

  it('are read from a file: then_branch with a weight of 3 × 2', () => {
    const tensor = chunk(5, [
      ...integer(1, 3),
      ...integer(1, 2),
      ...integer(2, 1),
      ...chunk(8, 'w'),
      ...chunk(9, new Uint8Array(24)),
    ]);
    const inner = [
      ...chunk(1, [...chunk(1, 'x'), ...chunk(1, 'w'), ...chunk(2, 'y'), ...chunk(4, 'MatMul')]),
      ...tensor,
    ];
    const attribute = chunk(5, [...chunk(1, 'then_branch'), ...chunk(6, inner)]);
    const facts = graphFacts(parseModel(modelOf(chunk(1, [...chunk(1, 'c'), ...chunk(4, 'If'), ...attribute]))));
    expect([facts.parameters, facts.weightBytes]).toEqual([6, 24]);
    expect(facts.work.products).toMatchObject([{ operator: 'MatMul', operations: 12 }]);
    expect(facts.operators).toEqual({ Identity: 1, If: 1, MatMul: 1 });
  });
});

describe('the KV cache of other exporters', () => {
  const pairs = (names: (layer: number) => [string, string], dims: (number | string)[]) =>
    [0, 1, 2].flatMap((layer) => names(layer).map((name) => input(name, dims)));
  const FOUR = ['batch', 4, 'past', 16];

  // Three layers, keys and values of 4 heads of 16 in float32: 3 · 2 · 4 · 16 · 4 bytes.
  it.each([
    [
      'past_key_values.N.decoder.key',
      pairs((n) => [`past_key_values.${n}.decoder.key`, `past_key_values.${n}.decoder.value`], FOUR),
    ],
    ['past.N.key', pairs((n) => [`past.${n}.key`, `past.${n}.value`], FOUR)],
    ['past_key_N', pairs((n) => [`past_key_${n}`, `past_value_${n}`], FOUR)],
    ['past_key_self_N', pairs((n) => [`past_key_self_${n}`, `past_value_self_${n}`], FOUR)],
    ['cache_k.N of a fixed length', pairs((n) => [`cache_k.${n}`, `cache_v.${n}`], [1, 4, 2048, 16])],
    ['layer_N_key', pairs((n) => [`layer_${n}_key`, `layer_${n}_value`], FOUR)],
    ['keys with the length last', pairs((n) => [`past.${n}.key`, `past.${n}.value`], ['batch', 4, 16, 'past'])],
    ['past_N with both in one', [0, 1, 2].map((n) => input(`past_${n}`, [2, 'batch', 4, 'past', 16]))],
    ['layer_N with both in one', [0, 1, 2].map((n) => input(`layer_${n}`, [2, 'batch', 4, 'past', 16]))],
    ['all layers in one', ['past_keys', 'past_values'].map((name) => input(name, [3, 'batch', 4, 'past', 16]))],
    [
      'a cross-attention beside it',
      [
        ...pairs((n) => [`past_key_values.${n}.decoder.key`, `past_key_values.${n}.decoder.value`], FOUR),
        ...pairs((n) => [`past_key_values.${n}.encoder.key`, `past_key_values.${n}.encoder.value`], FOUR),
      ],
    ],
    [
      'a state of a convolution beside it',
      [...pairs((n) => [`past.${n}.key`, `past.${n}.value`], FOUR), input('past_conv.5', ['batch', 64, 3])],
    ],
  ])('%s', (_, inputs) => {
    const kv = { layers: 3, shapes: [{ heads: 4, size: 16, type: 'float32' }], bytesPerToken: 1536, shareable: false };
    expect(graphFacts(graph({ inputs: [IDS, ...inputs] })).kv).toEqual(kv);
  });

  it('of one head for all queries: [batch, length, 2 · 64] in a layer', () => {
    const inputs = [0, 1].map((n) => input(`past_key_values.${n}`, ['batch', 'past', 128], 'float16'));
    expect(cacheOf({ inputs, initializers: [] })).toMatchObject({ layers: 2, bytesPerToken: 2 * 128 * 2 });
  });

  it.each([
    ['heads that are a symbol', [input('past.0.key', ['batch', 'heads', 'past', 16])]],
    ['a batch of heads', [input('past.0.key', ['batch_x_heads', 16, 'past'])]],
    [
      'no cache, but a mask, a position and a length',
      [
        input('attention_mask', ['batch', 1, 'length', 64]),
        input('cache_position', ['length'], 'int64'),
        input('past_sequence_length', [1], 'int64'),
      ],
    ],
    ['only a cross-attention', [input('past_key_values.0.encoder.key', FOUR)]],
  ])('is not claimed for %s', (_, inputs) => {
    expect(graphFacts(graph({ inputs: [IDS, ...inputs] })).kv).toBeNull();
  });

  it('is not seen in a weight that is listed among the inputs', () => {
    const listed = [input('layers.0.key', [8, 4, 16, 16]), IDS];
    expect(cacheOf({ inputs: listed, initializers: [weight('layers.0.key', [8, 4, 16, 16])] })).toBeNull();
  });
});

describe('graphs without tokens, and without nodes', () => {
  it('an image encoder reads no tokens, though it looks positions up', () => {
    const facts = graphFacts(
      graph({
        initializers: [weight('patches', [32, 3, 16, 16]), weight('positions', [196, 32])],
        inputs: [input('pixel_values', ['batch', 3, 224, 224]), input('position_ids', ['batch', 196], 'int64')],
        nodes: [
          nodeOf('Conv', 'patched', ['pixel_values', 'patches'], { strides: [16, 16] }),
          nodeOf('Gather', 'placed', ['positions', 'position_ids']),
        ],
      }),
    );
    expect(facts).toMatchObject({ readsTokens: false, embedding: null, kv: null });
    expect(facts.parameters).toBe(32 * 3 * 256 + 196 * 32);
    expect(facts.notADecoder).toContain('pixel_values float32 [batch, 3, 224, 224]');
  });

  it('ids in int32 that are cast find their embedding', () => {
    const facts = graphFacts(
      graph({
        initializers: [weight('embed', [50, 8])],
        inputs: [input('tokens', ['batch', 'length'], 'int32')],
        nodes: [nodeOf('Cast', 'ids', ['tokens'], { to: 7 }), nodeOf('Gather', 'rows', ['embed', 'ids'])],
      }),
    );
    expect(facts).toMatchObject({ readsTokens: true, embedding: { operator: 'Gather', bits: 32 } });
  });

  it('a file of one empty graph is read and has nothing', () => {
    const facts = graphFacts(parseModel(Uint8Array.from([...integer(1, 8), ...chunk(7, chunk(2, 'empty'))])));
    expect(facts).toMatchObject({ parameters: 0, weightBytes: 0, operators: {}, kv: null, readsTokens: false });
  });
});

describe('an embedding that is stored twice', () => {
  /** 4-bit blocks of 32: 96 rows of 64. `scales`: those of the head. */
  const twice = (scales: string) =>
    graphFacts(
      graph({
        initializers: [
          weight('table', [96, 32], 'uint8'),
          weight('again', [96, 2, 16], 'uint8'),
          weight('scales', [96, 2]),
          weight('other', [96, 2]),
        ],
        inputs: [IDS],
        nodes: [
          nodeOf('GatherBlockQuantized', 'rows', ['table', 'input_ids', 'scales'], { bits: 4, block_size: 32 }),
          nodeOf('MatMulNBits', 'logits', ['rows', 'again', scales], { N: 96, K: 64, bits: 4, block_size: 32 }),
        ],
        outputs: [input('logits', ['batch', 'length', 96])],
      }),
    );

  it('is told by its scales, counted once, and read once for a token', () => {
    const facts = twice('scales');
    expect([facts.parameters, facts.parametersActive, facts.copiedParameters]).toEqual([6144, 6144, 6144]);
    expect(facts.head).toMatchObject({ tied: true });
    expect(facts.work.head?.operations).toBe(2 * 6144);
  });

  it('is not assumed of a head with scales of its own', () => {
    const facts = twice('other');
    expect([facts.parameters, facts.copiedParameters]).toEqual([2 * 6144, 0]);
    expect(facts.head).toMatchObject({ tied: false });
  });
});
