// The fields and the plan that Qwen's mixtures of experts share: some layers have experts, the others a gated MLP.
import { z } from 'zod';
import type { DecoderPlan, Experts, GroupedAttention } from '../plan.js';
import { count, decoderPlan, gatedMlp, gatedSchema } from './decoder-fields.js';

export const qwenMoeSchema = gatedSchema.safeExtend({
  num_experts: count,
  num_experts_per_tok: count,
  moe_intermediate_size: count,
  norm_topk_prob: z.boolean(),
  decoder_sparse_step: count.default(1),
  mlp_only_layers: z.array(z.int().nonnegative()).default([]),
  use_sliding_window: z.literal(false),
});

/** `own`: what the experts of one architecture have beside the common part. */
export function qwenMoePlan(
  c: z.output<typeof qwenMoeSchema>,
  attention: GroupedAttention,
  own: Pick<Experts, 'shared'> = {},
): DecoderPlan {
  const experts: Experts = {
    kind: 'experts',
    count: c.num_experts,
    perToken: c.num_experts_per_tok,
    intermediate: c.moe_intermediate_size,
    activation: 'silu',
    router: { scoring: 'softmax', normalized: c.norm_topk_prob },
    ...own,
  };
  const isSparse = (layer: number) => !c.mlp_only_layers.includes(layer) && (layer + 1) % c.decoder_sparse_step === 0;
  return decoderPlan(c, (layer) => ({ attention, mlp: isSparse(layer) ? experts : gatedMlp(c) }));
}
