// The layers of a mixture of experts: all have the same attention, some have experts, the others a dense MLP.
import { z } from 'zod';
import type { AttentionPlan, LayerPlan, MlpPlan } from '../plan.js';
import { count, gatedFields } from './decoder-fields.js';

interface Sizes {
  num_hidden_layers: number;
  /** Width of the MLP in dense layers. */
  intermediate_size: number;
}

export function mixedLayers(
  c: Sizes,
  attention: AttentionPlan,
  experts: Extract<MlpPlan, { kind: 'experts' }>,
  isSparse: (layer: number) => boolean,
): LayerPlan[] {
  const dense: MlpPlan = { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu' };
  return Array.from({ length: c.num_hidden_layers }, (_, layer) => ({
    attention,
    mlp: isSparse(layer) ? experts : dense,
    norms: 'pre',
  }));
}

/** The fields of Qwen's mixtures of experts. */
export const qwenFields = {
  ...gatedFields,
  num_experts: count,
  num_experts_per_tok: count,
  moe_intermediate_size: count,
  norm_topk_prob: z.boolean(),
  decoder_sparse_step: count.default(1),
  mlp_only_layers: z.array(z.int().nonnegative()).default([]),
};

type Qwen = Sizes & z.output<z.ZodObject<typeof qwenFields>>;

/** `shared`: an expert that every token passes through, weighted by a gate of its own. */
export function qwenLayers(c: Qwen, attention: AttentionPlan, shared?: { intermediate: number; gated: true }) {
  const experts = {
    kind: 'experts',
    count: c.num_experts,
    perToken: c.num_experts_per_tok,
    intermediate: c.moe_intermediate_size,
    activation: 'silu',
    router: { scoring: 'softmax', normalized: c.norm_topk_prob },
    ...(shared && { shared }),
  } as const;
  const isSparse = (layer: number) => !c.mlp_only_layers.includes(layer) && (layer + 1) % c.decoder_sparse_step === 0;
  return mixedLayers(c, attention, experts, isSparse);
}
