// Qwen2 and Qwen2.5 (dense): q, k and v have a bias.
// Source: transformers' Qwen2ForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionOf, decoderPlan, gatedMlp, gatedSchema } from '../config/decoder-fields.js';

export const qwen2 = defineArchitecture(
  gatedSchema.safeExtend({ use_sliding_window: z.literal(false) }),
  (c) => ({
    ...decoderPlan(c, () => ({ attention: attentionOf(c, { qkvBias: true }), mlp: gatedMlp(c) })),
    publishesWideTables: true,
  }),
  { name: 'qwen2', derivesHeadSize: true },
);
