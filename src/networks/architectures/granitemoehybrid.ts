// Granite 4.0 in its dense form: attention in every layer, no experts, and multipliers for embedding, residual, scores
// and logits.
// Source: transformers' GraniteMoeHybridForCausalLM; what it calls the shared MLP is the only one here.
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

const factor = z.number().positive();
const configSchema = z
  .looseObject({
    ...commonFields,
    shared_intermediate_size: count,
    hidden_act: z.literal('silu'),
    rope_scaling: ropeScaling,
    position_embedding_type: z.literal('rope'),
    layer_types: z.array(z.literal('attention')),
    num_local_experts: z.literal(0),
    attention_bias: z.boolean().default(false),
    embedding_multiplier: factor,
    residual_multiplier: factor,
    attention_multiplier: factor,
    logits_scaling: factor,
  })
  .superRefine(requireWholeHeads)
  .refine((c) => c.layer_types.length === c.num_hidden_layers, {
    path: ['layer_types'],
    message: 'layer_types must have num_hidden_layers entries',
  });

export const granitemoehybrid = defineArchitecture(configSchema, (c) => {
  const heads = { ...headsOf(c), scale: c.attention_multiplier };
  const bias = { qkvBias: c.attention_bias, outputBias: c.attention_bias };
  const layer: LayerPlan = {
    attention: { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...bias },
    mlp: { kind: 'gated', intermediate: c.shared_intermediate_size, activation: 'silu' },
    norms: 'pre',
  };
  return {
    ...commonPlan(c),
    embeddingScale: c.embedding_multiplier,
    residualScale: c.residual_multiplier,
    logitsScale: 1 / c.logits_scaling,
    layers: Array(c.num_hidden_layers).fill(layer),
  };
});
