// Phi-3, Phi-3.5 and Phi-4-mini: longrope, and in Phi-4-mini only a part of each head is rotated.
// Source: transformers' Phi3ForCausalLM. Its fused gate and up projection is stored as two.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  commonFields,
  decoderPlan,
  gatedFields,
  gatedMlp,
  headsOf,
  positions,
  requireWholeHeads,
} from '../config/decoder-fields.js';
import type { GroupedAttention, RopeScaling } from '../plan.js';

const positive = z.number().positive();
const longrope = z.looseObject({
  type: z.literal('longrope'),
  short_factor: z.array(positive),
  attention_factor: positive.nullish(),
});
const configSchema = z
  .looseObject({
    ...commonFields,
    ...gatedFields,
    rope_scaling: longrope.nullish(),
    original_max_position_embeddings: positions.optional(),
    partial_rotary_factor: positive.max(1).default(1),
    sliding_window: positions.nullish(),
    attention_bias: z.literal(false).optional(),
    mlp_bias: z.literal(false).optional(),
    lm_head_bias: z.literal(false).optional(),
  })
  .superRefine(requireWholeHeads)
  .refine((c) => c.rope_scaling == null || c.rope_scaling.short_factor.length === rotarySize(c) / 2, {
    path: ['rope_scaling', 'short_factor'],
    message: 'short_factor must have one entry per rotated pair of a head',
  });

type Config = z.output<typeof configSchema>;
type Heads = Parameters<typeof headsOf>[0] & { partial_rotary_factor: number };

const rotarySize = (c: Heads) => Math.floor(headsOf(c).headSize * c.partial_rotary_factor);

export const phi3 = defineArchitecture(configSchema, (c) => {
  const rope = { theta: c.rope_theta, size: rotarySize(c), interleaved: false, scaling: scalingOf(c) };
  const seesAll = c.sliding_window == null || c.sliding_window >= c.max_position_embeddings;
  const window = seesAll ? {} : { window: c.sliding_window! };
  const attention: GroupedAttention = { kind: 'grouped', ...headsOf(c), rope, ...window };
  return decoderPlan(c, () => ({ attention, mlp: gatedMlp(c) }));
});

/**
 * Beyond its original context, the model rotates the whole sequence by its long factors. A graph holds only one table:
 * ours has the short factors, which is exact up to the original context and takes the same time beyond it.
 */
function scalingOf(c: Config): RopeScaling {
  if (c.rope_scaling == null) return { kind: 'none' };
  const original = c.original_max_position_embeddings ?? c.max_position_embeddings;
  const factor = c.max_position_embeddings / original;
  const magnitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  const { short_factor: factors, attention_factor } = c.rope_scaling;
  return { kind: 'longrope', factors, magnitude: attention_factor ?? magnitude };
}
