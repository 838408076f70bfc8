// Granite 4.0 in its dense form: attention in every layer, no experts, and multipliers for embedding, residual, scores
// and logits.
// Source: transformers' GraniteMoeHybridForCausalLM; what it calls the shared MLP is the only one here.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  attentionBias,
  attentionOf,
  count,
  decoderPlan,
  gatedMlp,
  groupedSchema,
  requireTypePerLayer,
} from '../config/decoder-fields.js';

const factor = z.number().positive();
const configSchema = groupedSchema
  .safeExtend({
    shared_intermediate_size: count,
    hidden_act: z.literal('silu'),
    position_embedding_type: z.literal('rope'),
    layer_types: z.array(z.literal('attention')),
    num_local_experts: z.literal(0),
    attention_bias: z.boolean().default(false),
    embedding_multiplier: factor,
    residual_multiplier: factor,
    attention_multiplier: factor,
    logits_scaling: factor,
  })
  .superRefine(requireTypePerLayer);

export const granitemoehybrid = defineArchitecture(configSchema, (c) => {
  const attention = attentionOf(c, { ...attentionBias(c.attention_bias), scale: c.attention_multiplier });
  const mlp = gatedMlp({ intermediate_size: c.shared_intermediate_size });
  return {
    ...decoderPlan(c, () => ({ attention, mlp })),
    embeddingScale: c.embedding_multiplier,
    residualScale: c.residual_multiplier,
    logitsScale: 1 / c.logits_scaling,
  };
});
