// Gemma 3, text only: most layers see a window and rotate by another base; there are norms before and behind every
// block.
// Source: transformers' Gemma3ForCausalLM. Its norms multiply by 1 + weight; as in exports, the stored weight has the 1.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  attentionBias,
  attentionOf,
  count,
  decoderPlan,
  gatedMlp,
  groupedSchema,
  positions,
  requireTypePerLayer,
} from '../config/decoder-fields.js';
import type { DecoderPlan, GroupedAttention, Rope } from '../plan.js';

const positive = z.number().positive();
const configSchema = groupedSchema
  .safeExtend({
    intermediate_size: count,
    head_dim: count,
    hidden_activation: z.literal('gelu_pytorch_tanh'),
    rope_local_base_freq: positive,
    query_pre_attn_scalar: positive,
    sliding_window: positions,
    layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).optional(),
    sliding_window_pattern: count.optional(),
    attention_bias: z.boolean().default(false),
    attn_logit_softcapping: positive.nullish(),
    final_logit_softcapping: positive.nullish(),
    use_bidirectional_attention: z.literal(false).optional(),
  })
  .refine((c) => c.layer_types !== undefined || c.sliding_window_pattern !== undefined, {
    path: ['layer_types'],
    message: 'layer_types or sliding_window_pattern must be given',
  })
  .superRefine(requireTypePerLayer);

type Config = z.output<typeof configSchema>;

export const gemma3Text = defineArchitecture(
  configSchema,
  (c) => {
    const global = attentionOf(c, {
      ...attentionBias(c.attention_bias),
      scale: c.query_pre_attn_scalar ** -0.5,
      qkNorm: true,
      softcap: c.attn_logit_softcapping ?? undefined,
    });
    const rope: Rope = { ...global.rope, theta: c.rope_local_base_freq, scaling: { kind: 'none' } };
    const local = { ...global, rope, window: c.sliding_window };
    const mlp = gatedMlp(c, { activation: 'gelu_tanh' });
    return {
      ...decoderPlan(c, (layer) => ({ attention: slides(c, layer) ? local : global, mlp, norms: 'sandwich' })),
      publishesQuantizedEmbedding: true,
      embeddingScale: Math.sqrt(c.hidden_size),
      logitsSoftcap: c.final_logit_softcapping ?? undefined,
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
