// Qwen1.5-MoE and Qwen2-MoE: the attention of Qwen2, many small experts, and a shared one with a gate of its own.
// Source: transformers' Qwen2MoeForCausalLM.
import { defineArchitecture } from '../architecture.js';
import { attentionOf, count } from '../config/decoder-fields.js';
import { qwenMoePlan, qwenMoeSchema } from '../config/qwen-moe.js';

export const qwen2Moe = defineArchitecture(
  qwenMoeSchema.safeExtend({ shared_expert_intermediate_size: count }),
  (c) => {
    const shared = { intermediate: c.shared_expert_intermediate_size, gated: true };
    return qwenMoePlan(c, attentionOf(c, { qkvBias: true }), { shared });
  },
);
