// Qwen3-MoE: every query and key head has a norm; many small experts, none shared.
// Source: transformers' Qwen3MoeForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { commonFields, commonPlan, headsOf, requireWholeHeads, ropeOf, ropeScaling } from '../config/decoder-fields.js';
import { qwenFields, qwenLayers } from '../config/mixture.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    ...qwenFields,
    rope_scaling: ropeScaling,
    attention_bias: z.boolean().default(false),
    use_sliding_window: z.literal(false),
  })
  .superRefine(requireWholeHeads);

export const qwen3Moe = defineArchitecture(configSchema, (c) => {
  const heads = headsOf(c);
  const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
  const attention = { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...bias, qkNorm: true } as const;
  return { ...commonPlan(c), layers: qwenLayers(c, attention) };
});
