// Qwen3-MoE: every query and key head has a norm; many small experts, none shared.
// Source: transformers' Qwen3MoeForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionBias, attentionOf } from '../config/decoder-fields.js';
import { qwenMoePlan, qwenMoeSchema } from '../config/qwen-moe.js';

export const qwen3Moe = defineArchitecture(
  qwenMoeSchema.safeExtend({ attention_bias: z.boolean().default(false) }),
  (c) => qwenMoePlan(c, attentionOf(c, { ...attentionBias(c.attention_bias), qkNorm: true })),
);
