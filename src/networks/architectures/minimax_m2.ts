// MiniMax M2: a norm across all query heads and one across all key heads, half of each head rotated; sigmoid routing.
// Source: transformers' MiniMaxM2ForCausalLM. The modules for multi-token prediction are left out there and here.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  commonFields,
  commonPlan,
  count,
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
    rotary_dim: count,
    use_qk_norm: z.literal(true),
    qk_norm_type: z.literal('per_layer'),
    num_local_experts: count,
    num_experts_per_tok: count,
    scoring_func: z.literal('sigmoid'),
    use_routing_bias: z.literal(true),
    shared_intermediate_size: z.literal(0).default(0),
  })
  .superRefine(requireWholeHeads);

export const minimaxM2 = defineArchitecture(configSchema, (c) => {
  const layer: LayerPlan = {
    attention: { kind: 'grouped', ...headsOf(c), rope: ropeOf(c, c.rotary_dim), qkNorm: 'across heads' },
    mlp: {
      kind: 'experts',
      count: c.num_local_experts,
      perToken: c.num_experts_per_tok,
      intermediate: c.intermediate_size,
      activation: 'silu',
      router: { scoring: 'sigmoid', correction: true, normalized: true },
    },
    norms: 'pre',
  };
  return { ...commonPlan(c), layers: Array(c.num_hidden_layers).fill(layer) };
});
