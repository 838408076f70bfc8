// Qwen3 (dense): every query and key head has a norm, and the head size is a field of its own.
// Source: transformers' Qwen3ForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  commonFields,
  commonPlan,
  gatedFields,
  headsOf,
  requireWholeHeads,
  ropeOf,
  ropeScaling,
} from '../config/decoder-fields.js';
import type { LayerPlan } from '../plan.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    ...gatedFields,
    head_dim: z.int().positive(),
    rope_scaling: ropeScaling,
    attention_bias: z.boolean().default(false),
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen3 = defineArchitecture(
  configSchema,
  (c) => {
    const heads = headsOf(c);
    const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
    const layer: LayerPlan = {
      attention: { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...bias, qkNorm: true },
      mlp: { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu' },
      norms: 'pre',
    };
    return { ...commonPlan(c), layers: Array(c.num_hidden_layers).fill(layer) };
  },
  { name: 'qwen3' },
);
