// ERNIE 4.5 (dense): neighbouring elements are rotated as pairs, and one field gives every projection a bias.
// Source: transformers' Ernie4_5ForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { attentionBias, attentionOf, decoderPlan, gatedMlp, gatedSchema } from '../config/decoder-fields.js';

export const ernie4_5 = defineArchitecture(gatedSchema.safeExtend({ use_bias: z.boolean() }), (c) => {
  const inHalves = attentionOf(c, attentionBias(c.use_bias));
  const attention = { ...inHalves, rope: { ...inHalves.rope, interleaved: true } };
  return decoderPlan(c, () => ({ attention, mlp: gatedMlp(c, { bias: c.use_bias }) }));
});
