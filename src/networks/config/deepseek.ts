// The config fields and the plan that DeepSeek V2 and V3 share: latent attention, dense first layers, then layers with
// routed and shared experts.
import { z } from 'zod';
import type { DecoderPlan, Experts, LatentAttention, Router } from '../plan.js';
import { commonFields, count, decoderPlan, gatedFields, gatedMlp, ropeOf, ropeScaling } from './decoder-fields.js';

export const deepseekFields = {
  ...commonFields,
  ...gatedFields,
  rope_scaling: ropeScaling,
  attention_bias: z.literal(false).default(false),
  q_lora_rank: count.nullish(),
  kv_lora_rank: count,
  qk_nope_head_dim: count,
  qk_rope_head_dim: count,
  v_head_dim: count,
  n_routed_experts: count,
  num_experts_per_tok: count,
  moe_intermediate_size: count,
  n_shared_experts: count,
  first_k_dense_replace: z.int().nonnegative(),
  moe_layer_freq: z.literal(1).default(1),
  n_group: count,
  topk_group: count,
  norm_topk_prob: z.boolean(),
  routed_scaling_factor: z.number().positive(),
};

type Config = z.output<z.ZodObject<typeof deepseekFields>>;

export function deepseekPlan(c: Config, router: Omit<Router, 'normalized'>): DecoderPlan {
  const size = c.qk_nope_head_dim + c.qk_rope_head_dim;
  const attention: LatentAttention = {
    kind: 'latent',
    heads: c.num_attention_heads,
    rank: c.kv_lora_rank,
    queryRank: c.q_lora_rank ?? null,
    plainSize: c.qk_nope_head_dim,
    valueSize: c.v_head_dim,
    rope: { ...ropeOf(c, c.qk_rope_head_dim), interleaved: true },
    scale: stretchedScale(c) / Math.sqrt(size),
  };
  const experts: Experts = {
    kind: 'experts',
    count: c.n_routed_experts,
    perToken: c.num_experts_per_tok,
    intermediate: c.moe_intermediate_size,
    activation: 'silu',
    router: { ...router, normalized: c.norm_topk_prob, scale: c.routed_scaling_factor },
    shared: { intermediate: c.n_shared_experts * c.moe_intermediate_size, gated: false },
  };
  return decoderPlan(c, (layer) => ({ attention, mlp: layer >= c.first_k_dense_replace ? experts : gatedMlp(c) }));
}

/** The square of yarn's magnitude: DeepSeek multiplies the attention scores by it (modeling_deepseek.py). */
function stretchedScale({ rope_scaling: scaling }: Config): number {
  if (scaling?.rope_type !== 'yarn' || !scaling.mscale_all_dim || scaling.factor <= 1) return 1;
  return (0.1 * scaling.mscale_all_dim * Math.log(scaling.factor) + 1) ** 2;
}
