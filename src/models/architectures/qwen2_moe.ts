// Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention; 60 or 64 small experts and a shared one with a gate of its own.
// Source: transformers' Qwen2MoeForCausalLM.
import { z } from 'zod';
import { commonFields, commonPlan, count, headsOf, requireWholeHeads, ropeOf, ropeScaling } from './config.js';
import { family } from './family.js';
import type { LayerPlan } from './plan.js';
import { isSparse, sparseFields } from './qwen3_moe.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    ...sparseFields,
    shared_expert_intermediate_size: count,
    rope_scaling: ropeScaling,
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen2Moe = family('qwen2_moe', configSchema, (c) => {
  const heads = headsOf(c);
  const attention = { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), qkvBias: true } as const;
  const layers = Array.from(
    { length: c.num_hidden_layers },
    (_, i): LayerPlan => ({
      attention,
      mlp: isSparse(c, i)
        ? {
            kind: 'experts',
            count: c.num_experts,
            perToken: c.num_experts_per_tok,
            intermediate: c.moe_intermediate_size,
            activation: 'silu',
            router: { scoring: 'softmax', normalized: c.norm_topk_prob },
            shared: { intermediate: c.shared_expert_intermediate_size, gated: true },
          }
        : { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu' },
      norms: 'pre',
    }),
  );
  return { ...commonPlan(c), layers };
});
