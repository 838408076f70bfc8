// Qwen2 and Qwen2.5 (dense): q, k and v have a bias.
// Source: transformers' Qwen2ForCausalLM.
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
    rope_scaling: ropeScaling,
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen2 = defineArchitecture(
  configSchema,
  (c) => {
    const heads = headsOf(c);
    const layer: LayerPlan = {
      attention: { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), qkvBias: true },
      mlp: { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu' },
      norms: 'pre',
    };
    return { ...commonPlan(c), publishesWideTables: true, layers: Array(c.num_hidden_layers).fill(layer) };
  },
  { name: 'qwen2', derivesHeadSize: true },
);
