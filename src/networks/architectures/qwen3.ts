// Qwen3 (dense): every query and key head has a norm, and the head size is a field of its own.
// Source: transformers' Qwen3ForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionBias, attentionOf, count, decoderPlan, gatedMlp, gatedSchema } from '../config/decoder-fields.js';

const configSchema = gatedSchema.safeExtend({
  head_dim: count,
  attention_bias: z.boolean().default(false),
  use_sliding_window: z.literal(false),
});

export const qwen3 = defineArchitecture(
  configSchema,
  (c) => {
    const attention = attentionOf(c, { ...attentionBias(c.attention_bias), qkNorm: true });
    return decoderPlan(c, () => ({ attention, mlp: gatedMlp(c) }));
  },
  { name: 'qwen3' },
);
