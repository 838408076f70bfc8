// Llama, and models with the same architecture (SmolLM2, TinyLlama).
// Source: transformers' LlamaForCausalLM.
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
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
  })
  .superRefine(requireWholeHeads);

export const llama = defineArchitecture(
  configSchema,
  (c) => {
    const heads = headsOf(c);
    const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
    const layer: LayerPlan = {
      attention: { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...bias },
      mlp: { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu', bias: c.mlp_bias },
      norms: 'pre',
    };
    return { ...commonPlan(c), layers: Array(c.num_hidden_layers).fill(layer) };
  },
  { name: 'llama' },
);
