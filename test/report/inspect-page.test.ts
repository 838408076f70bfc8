// What `models inspect` prints of a graph, to be read by eye.
import { describe, expect, it } from 'vitest';
import type { GraphFacts } from '../../src/contract/graph-facts.js';
import { modelsInspectSchema } from '../../src/contract/views/models-inspect.js';
import { inspectPage } from '../../src/report/inspect-page.js';
import { inspectView } from '../../src/stats/inspect-view.js';
import { WORK } from '../fixtures/ceilings.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const kvTensor = (name: string) => ({ name, type: 'float32', dims: ['batch_size', 2, 'length', 64] });
const FACTS: GraphFacts = {
  producer: 'edgeproof',
  opsets: { '': 21, 'com.microsoft': 1 },
  parameters: 494_032_768,
  parametersActive: 494_032_768,
  copiedParameters: 0,
  weightBytes: 287_064_064,
  weightBytesActive: 287_064_064,
  weightBytesByType: { uint8: 247_000_000, float32: 40_064_064 },
  operators: { MatMulNBits: 169, GroupQueryAttention: 24, SkipSimplifiedLayerNormalization: 48 },
  formats: [
    { operator: 'MatMulNBits', bits: 4, blockSize: 32, accuracyLevel: 4, zeroPoints: false, nodes: 168 },
    { operator: 'MatMulNBits', bits: 8, blockSize: 32, accuracyLevel: 4, zeroPoints: true, nodes: 1 },
  ],
  embedding: { operator: 'GatherBlockQuantized', bits: 4, quantized: true },
  head: { operator: 'MatMulNBits', bits: 8, quantized: true, tied: true, logits: 'last position' },
  kv: { layers: 24, shapes: [{ heads: 2, size: 64, type: 'float32' }], bytesPerToken: 24_576, shareable: true },
  readsTokens: true,
  work: WORK,
  notADecoder: null,
  header: null,
  inputs: [
    { name: 'input_ids', type: 'int64', dims: ['batch_size', 'sequence_length'] },
    kvTensor('past_key_values.0.key'),
    kvTensor('past_key_values.0.value'),
  ],
  outputs: [{ name: 'logits', type: 'float32', dims: ['batch_size', 1, 151_936] }, kvTensor('present.0.key')],
};
const page = inspectPage(inspectView('cache/qwen2.5-0.5b/onnx/model_q4.onnx', FACTS, false));

describe('the facts of a graph', () => {
  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
    "
    cache/qwen2.5-0.5b/onnx/model_q4.onnx

    fact              value
    parameters        494,032,768
    weights           287 MB
      uint8           247 MB
      float32         40 MB
    matrix products   168 × MatMulNBits, 4 bits, blocks of 32, accuracy level 4
    matrix products   1 × MatMulNBits, 8 bits, blocks of 32, accuracy level 4, zero points
    embedding         GatherBlockQuantized, 4 bits, quantised
    head              MatMulNBits, 8 bits, quantised, tied to the embedding
    logits            last position
    KV cache          24 layers × 2 heads × 64 float32, 24,576 bytes a token, shared in place
    can be run        yes
    one token         reads 200 MB of weights, 1.20 Gop in matrix products
    inputs            input_ids int64[batch_size, sequence_length], 2 KV tensors
    outputs           logits float32[batch_size, 1, 151936], 1 KV tensor
    operators         MatMulNBits 169, GroupQueryAttention 24, SkipSimplifiedLayerNormalization 48
    producer          edgeproof, opsets ai.onnx 21, com.microsoft 1
    "
  `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
    "
    cache/qwen2.5-0.5b/onnx/model_q4.onnx

    fact             value
    parameters       494,032,768
    weights          287 MB
      uint8          247 MB
      float32        40 MB
    matrix products  168 × MatMulNBits, 4 bits, blocks of 32, accuracy level 4
    matrix products  1 × MatMulNBits, 8 bits, blocks of 32, accuracy level 4, zero
                     points
    embedding        GatherBlockQuantized, 4 bits, quantised
    head             MatMulNBits, 8 bits, quantised, tied to the embedding
    logits           last position
    KV cache         24 layers × 2 heads × 64 float32, 24,576 bytes a token, shared
                     in place
    can be run       yes
    one token        reads 200 MB of weights, 1.20 Gop in matrix products
    inputs           input_ids int64[batch_size, sequence_length], 2 KV tensors
    outputs          logits float32[batch_size, 1, 151936], 1 KV tensor
    operators        MatMulNBits 169, GroupQueryAttention 24,
                     SkipSimplifiedLayerNormalization 48
    producer         edgeproof, opsets ai.onnx 21, com.microsoft 1
    "
  `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      - cache/qwen2.5-0.5b/onnx/model_q4.onnx

      | fact | value |
      | --- | --- |
      | parameters | 494,032,768 |
      | weights | 287 MB |
      |   uint8 | 247 MB |
      |   float32 | 40 MB |
      | matrix products | 168 × MatMulNBits, 4 bits, blocks of 32, accuracy level 4 |
      | matrix products | 1 × MatMulNBits, 8 bits, blocks of 32, accuracy level 4, zero points |
      | embedding | GatherBlockQuantized, 4 bits, quantised |
      | head | MatMulNBits, 8 bits, quantised, tied to the embedding |
      | logits | last position |
      | KV cache | 24 layers × 2 heads × 64 float32, 24,576 bytes a token, shared in place |
      | can be run | yes |
      | one token | reads 200 MB of weights, 1.20 Gop in matrix products |
      | inputs | input_ids int64[batch_size, sequence_length], 2 KV tensors |
      | outputs | logits float32[batch_size, 1, 151936], 1 KV tensor |
      | operators | MatMulNBits 169, GroupQueryAttention 24, SkipSimplifiedLayerNormalization 48 |
      | producer | edgeproof, opsets ai.onnx 21, com.microsoft 1 |
      "
    `));

  const text = (changes: Partial<GraphFacts>) =>
    inTerminal(inspectPage(inspectView('x', { ...FACTS, ...changes }, false)), 140);

  it('of a GGUF file begin with what it says of its model', () => {
    const header = { name: 'Qwen2.5 0.5B', context: 32_768, vocab: 151_936, fileType: 'Q4_K_M' };
    expect(text({ header }).split('\n').slice(3, 9)).toMatchInlineSnapshot(`
      [
        "fact              value",
        "name              Qwen2.5 0.5B",
        "file type         Q4_K_M",
        "context           32,768 tokens",
        "vocabulary        151,936 tokens",
        "parameters        494,032,768",
      ]
    `);
    expect(text({ header: { ...header, name: null } })).toMatch(/name +not told/);
  });

  it('of an image encoder name no token, no cache, and why it cannot be run', () => {
    const encoder = text({
      kv: null,
      readsTokens: false,
      notADecoder: 'it has no input_ids',
      inputs: [{ name: 'pixel_values', type: 'float32', dims: ['batch', 3, 384, 384] }],
    });
    expect(encoder).toMatch(/KV cache +none\n/);
    expect(encoder).toMatch(/can be run +no: it has no input_ids\n/);
    expect(encoder).toMatch(/one token +reads no tokens\n/);
  });

  it('do not call a cache of unknown size none', () => {
    const inputs = [{ name: 'past.0.key', type: 'float32', dims: ['batch', 'heads', 'length', 64] }];
    expect(text({ kv: null, inputs })).toMatch(/KV cache +not known\n/);
    const header = { name: null, context: null, vocab: null, fileType: null };
    expect(text({ kv: null, inputs: [], header })).toMatch(/KV cache +not known\n/);
  });

  it('say that an embedding is stored twice and counted once', () => {
    expect(text({ parameters: 268_098_176, parametersActive: 268_098_176, copiedParameters: 167_772_160 })).toContain(
      '268,098,176; the embedding is stored twice, its second copy (167,772,160) not counted',
    );
  });

  it('are JSON as docs/schema/models-inspect.json says', () => {
    const view = modelsInspectSchema.parse(JSON.parse(JSON.stringify(page.json)));
    // The products and the head of WORK.
    expect(view).toEqual({ path: expect.any(String), planned: false, ...FACTS, tokenOperations: 1.2e9 });
  });
});
