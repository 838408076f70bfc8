// MiniMax M2: a norm across all query heads and one across all key heads, half of each head rotated; sigmoid routing.
// Source: transformers' MiniMaxM2ForCausalLM. The modules for multi-token prediction are left out there and here.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionOf, count, decoderPlan, gatedSchema, ropeOf } from '../config/decoder-fields.js';
import type { Experts } from '../plan.js';

const configSchema = gatedSchema.safeExtend({
  rotary_dim: count,
  use_qk_norm: z.literal(true),
  qk_norm_type: z.literal('per_layer'),
  num_local_experts: count,
  num_experts_per_tok: count,
  scoring_func: z.literal('sigmoid'),
  use_routing_bias: z.literal(true),
  shared_intermediate_size: z.literal(0).default(0),
});

export const minimaxM2 = defineArchitecture(configSchema, (c) => {
  const attention = attentionOf(c, { rope: ropeOf(c, c.rotary_dim), qkNorm: 'across heads' });
  const mlp: Experts = {
    kind: 'experts',
    count: c.num_local_experts,
    perToken: c.num_experts_per_tok,
    intermediate: c.intermediate_size,
    activation: 'silu',
    router: { scoring: 'sigmoid', correction: true, normalized: true },
  };
  return decoderPlan(c, () => ({ attention, mlp }));
});
