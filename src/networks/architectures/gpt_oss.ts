// gpt-oss: every head has a learned sink, and every other layer sees a window; experts have biases and a clamped
// SwiGLU.
// Source: transformers' GptOssForCausalLM.
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
import type { LayerPlan } from '../plan.js';

const configSchema = z
  .looseObject({
    ...commonFields,
    intermediate_size: count,
    hidden_act: z.literal('silu'),
    rope_scaling: ropeScaling,
    attention_bias: z.literal(true),
    sliding_window: count,
    layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])),
    num_local_experts: count,
    num_experts_per_tok: count,
    swiglu_limit: z.number().positive(),
  })
  .superRefine(requireWholeHeads)
  .refine((c) => c.layer_types.length === c.num_hidden_layers, {
    path: ['layer_types'],
    message: 'layer_types must have num_hidden_layers entries',
  });

/** Slope of the sigmoid. The modelling code has it as a constant, not as a field of the configuration. */
const ALPHA = 1.702;

export const gptOss = defineArchitecture(configSchema, (c) => {
  const heads = headsOf(c);
  const layers = c.layer_types.map(
    (type): LayerPlan => ({
      attention: {
        kind: 'grouped',
        ...heads,
        rope: ropeOf(c, heads.headSize),
        qkvBias: true,
        outputBias: true,
        sinks: true,
        ...(type === 'sliding_attention' ? { window: c.sliding_window } : {}),
      },
      mlp: {
        kind: 'experts',
        count: c.num_local_experts,
        perToken: c.num_experts_per_tok,
        intermediate: c.intermediate_size,
        activation: { alpha: ALPHA, limit: c.swiglu_limit },
        bias: true,
        router: { scoring: 'softmax', bias: true, normalized: true },
      },
      norms: 'pre',
    }),
  );
  return { ...commonPlan(c), layers };
});
