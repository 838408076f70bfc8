// gpt-oss: every head has a learned sink, and every other layer sees a window; experts have biases and a clamped
// SwiGLU.
// Source: transformers' GptOssForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  attentionBias,
  attentionOf,
  count,
  decoderPlan,
  gatedSchema,
  positions,
  requireTypePerLayer,
} from '../config/decoder-fields.js';
import type { Experts } from '../plan.js';

const configSchema = gatedSchema
  .safeExtend({
    attention_bias: z.literal(true),
    sliding_window: positions,
    layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])),
    num_local_experts: count,
    num_experts_per_tok: count,
    swiglu_limit: z.number().positive(),
  })
  .superRefine(requireTypePerLayer);

/** Slope of the sigmoid. The modelling code has it as a constant, not as a field of the configuration. */
const ALPHA = 1.702;

export const gptOss = defineArchitecture(configSchema, (c) => {
  const global = attentionOf(c, { ...attentionBias(c.attention_bias), sinks: true });
  const local = { ...global, window: c.sliding_window };
  const mlp: Experts = {
    kind: 'experts',
    count: c.num_local_experts,
    perToken: c.num_experts_per_tok,
    intermediate: c.intermediate_size,
    activation: { alpha: ALPHA, limit: c.swiglu_limit },
    bias: true,
    router: { scoring: 'softmax', bias: true, normalized: true },
  };
  return decoderPlan(c, (layer) => ({
    attention: c.layer_types[layer] === 'sliding_attention' ? local : global,
    mlp,
  }));
});
