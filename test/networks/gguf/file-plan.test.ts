// Synthetic GGUF files against what is published of the models, and against llama-quantize's rules in closed form.
// From plans alone: no weights are written.
import { describe, expect, it } from 'vitest';
import { loadRegistry, type Model } from '../../../src/models/registry.js';
import { architectureOf, configSchemaOf } from '../../../src/networks/architectures.js';
import { planGguf } from '../../../src/networks/gguf/file-plan.js';
import { plainLayers } from '../../../src/networks/gguf/metadata.js';
import { type GgufDtype, planTensors } from '../../../src/networks/gguf/tensors.js';
import { modelById } from '../../fixtures/model.js';
import { parseGguf } from '../../reference/gguf.js';
import { TINY_ARCHITECTURES } from '../../reference/tiny-architectures.js';

const MAPPED = ['qwen2', 'qwen3', 'llama', 'gemma3_text'];
const KNOWN = loadRegistry().filter(({ config }) => configSchemaOf(config.model_type) !== undefined);
const models = KNOWN.filter(({ config }) => MAPPED.includes(config.model_type));

const plan = ({ id, config }: Pick<Model, 'id' | 'config'>, dtype: GgufDtype) =>
  planGguf({ id, config, plan: architectureOf(config).plan(config), dtype, specialTokens: ['<|end|>'] });
const types = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, Q6_K: 14 };

describe.each(models.map((model) => ({ id: model.id, model })))('$id', ({ model }) => {
  it('has its published parameters in every dtype', () => {
    const decoder = architectureOf(model.config).plan(model.config);
    const layers = plainLayers(model.config.model_type, decoder);
    for (const dtype of ['q4', 'int8', 'fp16'] as const) {
      const learned = planTensors(decoder, layers, dtype).filter(({ name }) => name !== 'rope_freqs.weight');
      const count = learned.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);
      expect(count).toBe(model.parameters);
    }
  });
});

describe('qwen2.5-0.5b', () => {
  const model = modelById('qwen2.5-0.5b');
  const [hidden, wide, kv, vocab, layers] = [896, 4864, 128, 151_936, 24];
  const matrices = layers * (2 * hidden * hidden + 2 * hidden * kv + 3 * hidden * wide);
  const vectors = 4 * (layers * (2 * hidden + hidden + 2 * kv) + hidden);

  it.each([
    // The embedding is the head too: 6 bits, but rows of 896 are no whole number of blocks of 256, so 8 bits.
    ['q4', (matrices * 18) / 32 + (vocab * hidden * 34) / 32 + vectors],
    ['int8', ((matrices + vocab * hidden) * 34) / 32 + vectors],
    ['fp16', (matrices + vocab * hidden) * 2 + vectors],
  ] as const)('%s has the bytes of the closed form, every tensor aligned and none overlapping', (dtype, bytes) => {
    const { weights, header, bytes: fileBytes } = plan(model, dtype);
    expect(weights.reduce((sum, weight) => sum + weight.bytes, 0)).toBe(bytes);
    let end = header.length;
    for (const weight of weights) {
      expect(weight.offset % 32).toBe(0);
      expect(weight.offset - end).toBeGreaterThanOrEqual(0);
      expect(weight.offset - end).toBeLessThan(32);
      end = weight.offset + weight.bytes;
    }
    expect(fileBytes - end).toBeLessThan(32);
  });

  it('tells llama.cpp its configuration, its tensors and a vocabulary of its size', () => {
    const { header, weights } = plan(model, 'q4');
    const { version, metadata, tensors } = parseGguf(Buffer.from(header));
    expect(version).toBe(3);
    expect(metadata).toMatchObject({
      'general.architecture': 'qwen2',
      'general.file_type': 2,
      'qwen2.block_count': layers,
      'qwen2.context_length': 32_768,
      'qwen2.embedding_length': hidden,
      'qwen2.feed_forward_length': wide,
      'qwen2.attention.head_count': 14,
      'qwen2.attention.head_count_kv': 2,
      'qwen2.rope.freq_base': 1_000_000,
    });
    const tokens = metadata['tokenizer.ggml.tokens'] as string[];
    expect(new Set(tokens).size).toBe(vocab);
    expect(tokens.at(-1)).toBe('<|end|>');
    expect(tensors.map(({ name, start }) => ({ name, start }))).toEqual(
      weights.map(({ name, offset }) => ({ name, start: offset })),
    );
    const dims = Object.fromEntries(tensors.map((tensor) => [tensor.name, [tensor.type, ...tensor.dims]]));
    expect(dims).toMatchObject({
      'token_embd.weight': [types.Q8_0, hidden, vocab],
      'blk.0.attn_q.weight': [types.Q4_0, hidden, hidden],
      'blk.23.attn_k.weight': [types.Q4_0, hidden, kv],
      'blk.23.attn_v.bias': [types.F32, kv],
      'blk.5.ffn_down.weight': [types.Q4_0, wide, hidden],
      'output_norm.weight': [types.F32, hidden],
    });
    expect(tensors).toHaveLength(layers * 12 + 2);
  });
});

describe('the head', () => {
  const typeOf = (id: string, name: string, dtype: GgufDtype) =>
    parseGguf(Buffer.from(plan(modelById(id), dtype).header)).tensors.find((tensor) => tensor.name === name)?.type;

  it('has 6 bits beside 4-bit matrices, whether it is tied or stands alone', () => {
    expect(typeOf('llama-3.2-1b', 'token_embd.weight', 'q4')).toBe(types.Q6_K);
    expect(typeOf('llama-3.2-1b', 'output.weight', 'q4')).toBeUndefined();
    expect(typeOf('tinyllama-1.1b-chat', 'output.weight', 'q4')).toBe(types.Q6_K);
    expect(typeOf('tinyllama-1.1b-chat', 'token_embd.weight', 'q4')).toBe(types.Q4_0);
  });

  it('is stored as everything else in the other dtypes', () => {
    expect(typeOf('tinyllama-1.1b-chat', 'output.weight', 'int8')).toBe(types.Q8_0);
    expect(typeOf('tinyllama-1.1b-chat', 'output.weight', 'fp16')).toBe(types.F16);
  });
});

describe('what is refused', () => {
  it('is every architecture without a mapping, by its name', () => {
    const unmapped = Object.entries(TINY_ARCHITECTURES).filter(([, config]) => !MAPPED.includes(config.model_type));
    expect(unmapped.length).toBeGreaterThan(2);
    for (const [id, config] of unmapped) {
      expect(() => plan({ id, config }, 'q4')).toThrow(
        `no synthetic GGUF can be made for model_type "${config.model_type}"`,
      );
    }
  });

  it('is what llama.cpp would compute otherwise, by the field', () => {
    expect(() => plan({ id: 'a', config: TINY_ARCHITECTURES.gemma3_text! }, 'q4')).toThrow(
      /attn_logit_softcapping.*\n.*query_pre_attn_scalar/,
    );
    expect(() => plan({ id: 'a', config: TINY_ARCHITECTURES.qwen2! }, 'q4')).toThrow(/rope_scaling: .*yarn/);
    const wide = { ...TINY_ARCHITECTURES.qwen2!, rope_scaling: null, head_dim: 64 };
    expect(() => plan({ id: 'a', config: wide }, 'q4')).toThrow(/head_dim/);
  });
});
