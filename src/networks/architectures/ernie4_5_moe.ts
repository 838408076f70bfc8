// ERNIE 4.5 with experts (language model): neighbouring elements are rotated as pairs; the first layers are dense, and
// some experts are shared.
// Source: transformers' Ernie4_5_MoeForCausalLM.
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
import { mixedLayers } from '../config/mixture.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    ...gatedFields,
    rope_scaling: ropeScaling,
    use_bias: z.literal(false),
    moe_num_experts: count,
    moe_k: count,
    moe_intermediate_size: count,
    moe_num_shared_experts: count,
    moe_layer_start_index: z.int().nonnegative(),
    moe_layer_end_index: z.int(),
    moe_layer_interval: count,
  })
  .superRefine(requireWholeHeads);

type Config = z.output<typeof configSchema>;

export const ernie4_5Moe = defineArchitecture(configSchema, (c) => {
  const heads = headsOf(c);
  const rope = { ...ropeOf(c, heads.headSize), interleaved: true };
  const experts = {
    kind: 'experts',
    count: c.moe_num_experts,
    perToken: c.moe_k,
    intermediate: c.moe_intermediate_size,
    activation: 'silu',
    router: { scoring: 'softmax', correction: true, normalized: true },
    shared: { intermediate: c.moe_num_shared_experts * c.moe_intermediate_size, gated: false },
  } as const;
  const layers = mixedLayers(c, { kind: 'grouped', ...heads, rope }, experts, (layer) => isSparse(c, layer));
  return { ...commonPlan(c), layers };
});

function isSparse(c: Config, layer: number): boolean {
  const inRange = layer >= c.moe_layer_start_index && layer <= c.moe_layer_end_index;
  return inRange && (layer + 1) % c.moe_layer_interval === 0;
}
