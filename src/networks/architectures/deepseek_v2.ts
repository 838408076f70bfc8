// DeepSeek V2 and V2-Lite: latent attention, softmax routing.
// Source: DeepSeek's modeling_deepseek.py of V2. transformers' DeepseekV2ForCausalLM omits yarn's factor in the scale.
import { z } from 'zod';
import { defineArchitecture } from '../architecture.js';
import { deepseekFields, deepseekPlan } from '../config/deepseek.js';

const configSchema = z.looseObject({
  ...deepseekFields,
  topk_method: z.enum(['greedy', 'group_limited_greedy']),
  scoring_func: z.literal('softmax').default('softmax'),
});

export const deepseekV2 = defineArchitecture(configSchema, (c) => {
  const groups = { count: c.n_group, kept: c.topk_group, by: 'best' } as const;
  const limited = c.topk_method === 'group_limited_greedy';
  return deepseekPlan(c, { scoring: 'softmax', ...(limited && { groups }) });
});
