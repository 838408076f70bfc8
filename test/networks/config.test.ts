// What configurations are read as, and that a field which asks for something else is refused by name.
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/errors.js';
import { architectureOf } from '../../src/networks/architectures.js';
import type { GroupedAttention } from '../../src/networks/plan.js';
import type { TinyArchitectureConfig } from '../reference/architectures.js';
import { TINY_ARCHITECTURES } from '../reference/tiny-architectures.js';

const planOf = (config: TinyArchitectureConfig) => architectureOf(config).plan(config);
const attentionOf = (config: TinyArchitectureConfig) =>
  planOf(config).layers.map((layer) => layer.attention as GroupedAttention);

function refusal(config: Record<string, unknown>): { code: string; message: string } {
  try {
    planOf(config as TinyArchitectureConfig);
  } catch (error) {
    return failureOf(error);
  }
  throw new Error('it was not refused');
}

describe('a field that is not implemented is refused by name', () => {
  it.each([
    { modelType: 'qwen2', field: 'use_sliding_window', value: true },
    { modelType: 'qwen2', field: 'hidden_act', value: 'gelu' },
    { modelType: 'qwen2', field: 'rope_scaling', value: { type: 'mrope', mrope_section: [16, 24, 24] } },
    { modelType: 'qwen3', field: 'head_dim', value: undefined },
    { modelType: 'qwen3', field: 'use_sliding_window', value: true },
    { modelType: 'llama', field: 'rope_scaling', value: { rope_type: 'dynamic', factor: 2 } },
    { modelType: 'llama', field: 'rope_scaling.factor', value: { rope_type: 'llama3' }, key: 'rope_scaling' },
    { modelType: 'llama', field: 'num_key_value_heads', value: 3 },
    { modelType: 'llama', field: 'hidden_size', value: 130 },
    { modelType: 'llama', field: 'rms_norm_eps', value: 0 },
    { modelType: 'gemma3_text', field: 'hidden_activation', value: 'gelu' },
    { modelType: 'gemma3_text', field: 'layer_types', value: ['full_attention'] },
    { modelType: 'gemma3_text', field: 'layer_types', value: undefined },
    { modelType: 'gemma3_text', field: 'layer_types', value: ['chunked_attention', 'full_attention'] },
    { modelType: 'gemma3_text', field: 'use_bidirectional_attention', value: true },
    { modelType: 'phi3', field: 'rope_scaling.type', value: { type: 'yarn', short_factor: [] }, key: 'rope_scaling' },
    { modelType: 'phi3', field: 'short_factor', value: { type: 'longrope', short_factor: [1] }, key: 'rope_scaling' },
    { modelType: 'phi3', field: 'lm_head_bias', value: true },
    { modelType: 'phi3', field: 'partial_rotary_factor', value: 1.5 },
    { modelType: 'ernie4_5', field: 'use_bias', value: undefined },
    { modelType: 'granitemoehybrid', field: 'num_local_experts', value: 32 },
    { modelType: 'granitemoehybrid', field: 'layer_types', value: ['attention', 'mamba'] },
    { modelType: 'granitemoehybrid', field: 'position_embedding_type', value: 'nope' },
  ])('$modelType: $field', ({ modelType, field, value, key = field }) => {
    const failure = refusal({ ...TINY_ARCHITECTURES[modelType], [key]: value });
    expect(failure.code).toBe('config-unsupported');
    expect(failure.message).toContain(modelType);
    expect(failure.message).toContain(field);
  });
});

describe('what is written in two ways is read as one', () => {
  it('Gemma: a list of layers, or every so-many-th', () => {
    const types = Array.from({ length: 14 }, (_, i) => (i % 6 === 5 ? 'full_attention' : 'sliding_attention'));
    const { layer_types: _, ...gemma } = { ...TINY_ARCHITECTURES.gemma3_text!, num_hidden_layers: 14 };
    const listed = attentionOf({ ...gemma, layer_types: types });
    expect(attentionOf({ ...gemma, sliding_window_pattern: 6 })).toEqual(listed);
    expect(listed.map(({ window, rope }) => [window, rope.theta])).toEqual(
      types.map((type) => (type === 'full_attention' ? [undefined, 100_000] : [7, 100])),
    );
  });

  it('the kind of scaling: type or rope_type', () => {
    const linear = { factor: 4 };
    const [older] = attentionOf({ ...TINY_ARCHITECTURES.llama!, rope_scaling: { ...linear, type: 'linear' } });
    const [newer] = attentionOf({ ...TINY_ARCHITECTURES.llama!, rope_scaling: { ...linear, rope_type: 'linear' } });
    expect(older).toEqual(newer);
    expect(older!.rope.scaling).toEqual({ kind: 'linear', factor: 4 });
  });

  it('a window that is no shorter than the context is none', () => {
    const phi = TINY_ARCHITECTURES.phi3!;
    expect(attentionOf({ ...phi, sliding_window: 256 })[0]).toEqual(attentionOf({ ...phi, sliding_window: null })[0]);
    expect(attentionOf({ ...phi, sliding_window: 255 })[0]!.window).toBe(255);
  });
});

it("yarn's magnitude follows from the factor, unless the configuration says otherwise", () => {
  const magnitude = (scaling: object) => {
    const rope_scaling = { rope_type: 'yarn', factor: 40, original_max_position_embeddings: 4096, ...scaling };
    const [attention] = attentionOf({ ...TINY_ARCHITECTURES.llama!, rope_scaling });
    return (attention!.rope.scaling as { magnitude: number }).magnitude;
  };
  expect(magnitude({})).toBeCloseTo(0.1 * Math.log(40) + 1, 14);
  expect(magnitude({ attention_factor: 1.5 })).toBe(1.5);
  expect(magnitude({ mscale: 1, mscale_all_dim: 1 })).toBe(1);
  expect(magnitude({ mscale: 0.5, mscale_all_dim: 1 })).toBeCloseTo(
    (0.05 * Math.log(40) + 1) / (0.1 * Math.log(40) + 1),
    14,
  );
});
