// ERNIE 4.5 with experts (language model): neighbouring elements are rotated as pairs; the first layers are dense, and
// some experts are shared.
// Source: transformers' Ernie4_5_MoeForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionOf, count, decoderPlan, gatedMlp, gatedSchema } from '../config/decoder-fields.js';
import type { Experts } from '../plan.js';

const configSchema = gatedSchema.safeExtend({
  use_bias: z.literal(false),
  moe_num_experts: count,
  moe_k: count,
  moe_intermediate_size: count,
  moe_num_shared_experts: count,
  moe_layer_start_index: z.int().nonnegative(),
  moe_layer_end_index: z.int(),
  moe_layer_interval: count,
});

export const ernie4_5Moe = defineArchitecture(configSchema, (c) => {
  const inHalves = attentionOf(c);
  const attention = { ...inHalves, rope: { ...inHalves.rope, interleaved: true } };
  const experts: Experts = {
    kind: 'experts',
    count: c.moe_num_experts,
    perToken: c.moe_k,
    intermediate: c.moe_intermediate_size,
    activation: 'silu',
    router: { scoring: 'softmax', correction: true, normalized: true },
    shared: { intermediate: c.moe_num_shared_experts * c.moe_intermediate_size, gated: false },
  };
  return decoderPlan(c, (layer) => ({ attention, mlp: isSparse(c, layer) ? experts : gatedMlp(c) }));
});

function isSparse(c: z.output<typeof configSchema>, layer: number): boolean {
  const inRange = layer >= c.moe_layer_start_index && layer <= c.moe_layer_end_index;
  return inRange && (layer + 1) % c.moe_layer_interval === 0;
}
