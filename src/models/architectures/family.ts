// A family of models: the config.json it understands, and the plan it makes of it. Every file beside this one that is
// named after a model_type is such a family.
import type { ZodType, z } from 'zod';
import { problem } from '../../errors.js';
import type { DecoderPlan } from './plan.js';

/** A Hugging Face config.json, as far as we know it. */
export type ModelConfig = Record<string, unknown> & { model_type: string };

export interface Architecture {
  modelType: string;
  configSchema: ZodType;
  plan(config: ModelConfig): DecoderPlan;
}

export function family<S extends ZodType>(
  modelType: string,
  configSchema: S,
  plan: (config: z.output<S>) => DecoderPlan,
): Architecture {
  return {
    modelType,
    configSchema,
    plan(config) {
      const parsed = configSchema.safeParse(config);
      if (parsed.success) return plan(parsed.data);
      const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`);
      throw problem('config-unsupported', { modelType, issues });
    },
  };
}
