// Qwen3-MoE: a norm on every query and key head; 128 small experts, none shared.
// Source: transformers' Qwen3MoeForCausalLM.
import { z } from 'zod';
import {
  commonFields,
  commonPlan,
  count,
  gatedFields,
  headsOf,
  requireWholeHeads,
  ropeOf,
  ropeScaling,
} from './config.js';
import { family } from './family.js';
import type { LayerPlan } from './plan.js';

/** What Qwen's mixtures of experts have in common. */
export const sparseFields = {
  ...gatedFields,
  num_experts: count,
  num_experts_per_tok: count,
  moe_intermediate_size: count,
  norm_topk_prob: z.boolean(),
  decoder_sparse_step: count.default(1),
  mlp_only_layers: z.array(z.int().nonnegative()).default([]),
};

export function isSparse(c: { decoder_sparse_step: number; mlp_only_layers: number[] }, layer: number): boolean {
  return !c.mlp_only_layers.includes(layer) && (layer + 1) % c.decoder_sparse_step === 0;
}

const configSchema = z
  .looseObject({
    ...commonFields,
    ...sparseFields,
    rope_scaling: ropeScaling,
    attention_bias: z.boolean().default(false),
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen3Moe = family('qwen3_moe', configSchema, (c) => {
  const heads = headsOf(c);
  const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
  const attention = { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...bias, qkNorm: true } as const;
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
          }
        : { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu' },
      norms: 'pre',
    }),
  );
  return { ...commonPlan(c), layers };
});
