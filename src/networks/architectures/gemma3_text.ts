// Gemma 3, text only: most layers see a window and rotate by another base; there are norms before and behind every
// block.
// Source: transformers' Gemma3ForCausalLM. Its norms multiply by 1 + weight; as in exports, the stored weight has the 1.
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
import type { DecoderPlan, GroupedAttention, LayerPlan, Rope } from '../plan.js';

const positive = z.number().positive();
const configSchema = z
  .looseObject({
    ...commonFields,
    intermediate_size: count,
    head_dim: count,
    hidden_activation: z.literal('gelu_pytorch_tanh'),
    rope_local_base_freq: positive,
    rope_scaling: ropeScaling,
    query_pre_attn_scalar: positive,
    sliding_window: count,
    layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).optional(),
    sliding_window_pattern: count.optional(),
    attention_bias: z.boolean().default(false),
    attn_logit_softcapping: positive.nullish(),
    final_logit_softcapping: positive.nullish(),
    use_bidirectional_attention: z.literal(false).optional(),
  })
  .superRefine(requireWholeHeads)
  .refine((c) => c.layer_types !== undefined || c.sliding_window_pattern !== undefined, {
    path: ['layer_types'],
    message: 'layer_types or sliding_window_pattern must be given',
  })
  .refine((c) => c.layer_types === undefined || c.layer_types.length === c.num_hidden_layers, {
    path: ['layer_types'],
    message: 'layer_types must have num_hidden_layers entries',
  });

type Config = z.output<typeof configSchema>;

export const gemma3Text = defineArchitecture(
  configSchema,
  (c) => {
    const heads = headsOf(c);
    const global = ropeOf(c, heads.headSize);
    const local: Rope = { ...global, theta: c.rope_local_base_freq, scaling: { kind: 'none' } };
    const layers = Array.from({ length: c.num_hidden_layers }, (_, i): LayerPlan => {
      const where = slides(c, i) ? { rope: local, window: c.sliding_window } : { rope: global };
      const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
      const softcap = c.attn_logit_softcapping ?? undefined;
      const scale = c.query_pre_attn_scalar ** -0.5;
      return {
        attention: { kind: 'grouped', ...heads, ...where, ...bias, scale, qkNorm: true, softcap },
        mlp: { kind: 'gated', intermediate: c.intermediate_size, activation: 'gelu_tanh' },
        norms: 'sandwich',
      };
    });
    const logitsSoftcap = c.final_logit_softcapping ?? undefined;
    return {
      ...commonPlan(c),
      publishesQuantizedEmbedding: true,
      embeddingScale: Math.sqrt(c.hidden_size),
      logitsSoftcap,
      layers,
    };
  },
  { name: 'gemma3', attentionScale: scaleOfLlamaCpp },
);

/**
 * llama.cpp knows the 27B model by its 62 layers, and divides there by another size (llama-model.cpp, LLM_ARCH_GEMMA3).
 */
function scaleOfLlamaCpp(plan: DecoderPlan, { heads, headSize }: GroupedAttention): number {
  return 1 / Math.sqrt(plan.layers.length === 62 ? plan.hidden / heads : headSize);
}

/** Older files give `sliding_window_pattern` n instead of a list: every n-th layer sees all positions. */
function slides(c: Config, layer: number): boolean {
  if (c.layer_types !== undefined) return c.layer_types[layer] === 'sliding_attention';
  return (layer + 1) % c.sliding_window_pattern! !== 0;
}
