// Qwen1.5-MoE and Qwen2-MoE: the attention of Qwen2, many small experts, and a shared one with a gate of its own.
// Source: transformers' Qwen2MoeForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  commonFields,
  commonPlan,
  count,
  headsOf,
  requireWholeHeads,
  ropeOf,
  ropeScaling,
} from '../config/decoder-fields.js';
import { qwenFields, qwenLayers } from '../config/mixture.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    ...qwenFields,
    shared_expert_intermediate_size: count,
    rope_scaling: ropeScaling,
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen2Moe = defineArchitecture(configSchema, (c) => {
  const heads = headsOf(c);
  const attention = { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), qkvBias: true } as const;
  const shared = { intermediate: c.shared_expert_intermediate_size, gated: true } as const;
  return { ...commonPlan(c), layers: qwenLayers(c, attention, shared) };
});
