// Llama, and models with the same architecture (SmolLM2, TinyLlama).
// Source: transformers' LlamaForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionBias, attentionOf, decoderPlan, gatedMlp, gatedSchema } from '../config/decoder-fields.js';

const configSchema = gatedSchema.safeExtend({
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

export const llama = defineArchitecture(
  configSchema,
  (c) => {
    const attention = attentionOf(c, attentionBias(c.attention_bias));
    return decoderPlan(c, () => ({ attention, mlp: gatedMlp(c, { bias: c.mlp_bias }) }));
  },
  { name: 'llama' },
);
