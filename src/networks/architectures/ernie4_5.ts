// ERNIE 4.5 (dense): neighbouring elements are rotated as pairs, and one field gives every projection a bias.
// Source: transformers' Ernie4_5ForCausalLM.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import {
  commonFields,
  commonPlan,
  gatedFields,
  headsOf,
  requireWholeHeads,
  ropeOf,
  ropeScaling,
} from '../config/decoder-fields.js';
import type { LayerPlan } from '../plan.js';

const configSchema = z
  .looseObject({ ...commonFields, ...gatedFields, rope_scaling: ropeScaling, use_bias: z.boolean() })
  .superRefine(requireWholeHeads);

export const ernie4_5 = defineArchitecture(configSchema, (c) => {
  const heads = headsOf(c);
  const rope = { ...ropeOf(c, heads.headSize), interleaved: true };
  const layer: LayerPlan = {
    attention: { kind: 'grouped', ...heads, rope, qkvBias: c.use_bias, outputBias: c.use_bias },
    mlp: { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu', bias: c.use_bias },
    norms: 'pre',
  };
  return { ...commonPlan(c), layers: Array(c.num_hidden_layers).fill(layer) };
});
