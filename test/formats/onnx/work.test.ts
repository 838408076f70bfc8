// What one token costs at the least, against closed forms over the published shapes of Qwen2.5-0.5B and Gemma 3 270M.
import { describe, expect, it } from 'vitest';
import type { SyntheticDtype } from '../../../src/contract/dtypes.js';
import type { GraphLayout } from '../../../src/contract/layouts.js';
import { graphFacts } from '../../../src/formats/onnx/facts.js';
import { planExternalData } from '../../../src/formats/onnx/graph-builder.js';
import { architectureOf } from '../../../src/networks/architectures.js';
import { buildDecoder } from '../../../src/networks/decoder.js';
import { modelById } from '../../fixtures/model.js';
import { TINY_SPARSE } from '../../reference/tiny-sparse.js';

type Config = ReturnType<typeof modelById>['config'];

const workOf = (config: Config, layout: GraphLayout, dtype: SyntheticDtype) =>
  graphFacts(planExternalData(buildDecoder(architectureOf(config).plan(config), dtype, layout), 'd').model).work;

// config.json of Qwen/Qwen2.5-0.5B-Instruct.
const [VOCAB, HIDDEN, INTERMEDIATE, LAYERS, HEADS, KV_HEADS, SIZE] = [151_936, 896, 4864, 24, 14, 2, 64];
const QKV = (HEADS + 2 * KV_HEADS) * SIZE;
const MATRICES = LAYERS * (HIDDEN * QKV + HEADS * SIZE * HIDDEN + 3 * HIDDEN * INTERMEDIATE);
const HEAD = VOCAB * HIDDEN;
/** Biases and norms. */
const VECTORS = LAYERS * (QKV + 2 * HIDDEN) + HIDDEN;

const QWEN = modelById('qwen2.5-0.5b').config;

describe('the work of one token', () => {
  it.each([
    // 4 bits and a 32-bit scale for blocks of 128; the table is the head, too.
    {
      layout: 'tuned',
      dtype: 'q4',
      operator: 'MatMulNBits',
      arithmetic: 'int8',
      bytes: (0.5 + 4 / 128) * (MATRICES + HEAD),
    },
    // The head stays in float and is the embedding.
    {
      layout: 'published',
      dtype: 'q4',
      operator: 'MatMulNBits',
      arithmetic: 'fp32',
      bytes: 0.625 * MATRICES + 4 * HEAD,
    },
    { layout: 'published', dtype: 'fp32', operator: 'MatMul', arithmetic: 'fp32', bytes: 4 * (MATRICES + HEAD) },
    { layout: 'published', dtype: 'int8', operator: 'MatMulInteger', arithmetic: 'int8', bytes: MATRICES + HEAD },
  ] as const)('of $layout $dtype: bytes read and operations done', ({ layout, dtype, operator, arithmetic, bytes }) => {
    const work = workOf(QWEN, layout, dtype);
    expect(work.products).toEqual([{ operator, arithmetic, operations: 2 * MATRICES }]);
    expect(work.head?.operations).toBe(2 * HEAD);
    // Beside vectors in float only scalars and shapes of a few bytes.
    expect(work.tokenBytes - (bytes + 4 * VECTORS)).toBeGreaterThanOrEqual(0);
    expect(work.tokenBytes - (bytes + 4 * VECTORS)).toBeLessThan(2000);
  });

  it('half precision is multiplied as such, packed weights of half scales, too', () => {
    for (const dtype of ['fp16', 'q4f16'] as const)
      expect(workOf(QWEN, 'published', dtype).products).toMatchObject([{ arithmetic: 'fp16' }]);
  });

  it('knows attention: query heads, sizes and rows of the cache', () => {
    expect(workOf(QWEN, 'tuned', 'q4').attention).toEqual([
      {
        layers: 24,
        queryHeads: 14,
        keySize: 64,
        valueSize: 64,
        arithmetic: 'fp32',
        rowBytes: 2 * 2 * 64 * 4,
        window: null,
      },
    ]);
  });

  it('knows sliding windows: 15 of the 18 layers of Gemma 3 270M see 512 positions', () => {
    const { attention } = workOf(modelById('gemma-3-270m').config, 'tuned', 'q4');
    expect(attention.map(({ layers, window }) => [layers, window])).toEqual(
      expect.arrayContaining([
        [15, 512],
        [3, null],
      ]),
    );
  });

  it('counts an embedding that is no head as a row, and the chosen experts alone', () => {
    const untied = workOf({ ...QWEN, tie_word_embeddings: false }, 'published', 'fp32');
    expect(untied.tokenBytes).toBe(workOf(QWEN, 'published', 'fp32').tokenBytes);
    const config = TINY_SPARSE.qwen3_moe as unknown as Config & Record<string, number>;
    const [all, one] = [config.num_experts_per_tok!, 1].map((chosen) =>
      workOf({ ...config, num_experts_per_tok: chosen }, 'tuned', 'fp32'),
    );
    const expert = 3 * config.hidden_size! * config.moe_intermediate_size!;
    const layers = config.num_hidden_layers!;
    const operations = (work: typeof all) => work!.products.reduce((sum, product) => sum + product.operations, 0);
    expect(operations(all) - operations(one)).toBe(2 * layers * (config.num_experts_per_tok! - 1) * expert);
    expect(all!.tokenBytes - one!.tokenBytes).toBe(4 * layers * (config.num_experts_per_tok! - 1) * expert);
  });
});
