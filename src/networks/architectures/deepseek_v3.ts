// DeepSeek V3 and R1: latent attention with compressed queries; sigmoid routing with a correction and groups of
// experts.
// Source: transformers' DeepseekV3ForCausalLM. The layer for multi-token prediction is left out there and here.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { deepseekFields, deepseekPlan } from '../config/deepseek.js';

const configSchema = z.looseObject({
  ...deepseekFields,
  topk_method: z.literal('noaux_tc'),
  scoring_func: z.literal('sigmoid'),
});

export const deepseekV3 = defineArchitecture(configSchema, (c) => {
  const groups = { count: c.n_group, kept: c.topk_group, by: 'best two' } as const;
  return deepseekPlan(c, { scoring: 'sigmoid', correction: true, groups });
});
