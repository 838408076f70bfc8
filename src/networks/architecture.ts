// A family of models: the config.json it understands, and the plan it makes of it. Every file beside this one that is
// named after a model_type is such a family.
import { type ZodType, z } from 'zod';
import { problem } from '../errors.js';
import type { DecoderPlan } from './plan.js';

/** A Hugging Face config.json, as far as we know it. */
export type ModelConfig = Record<string, unknown> & { model_type: string };

export interface Architecture {
  modelType: string;
  configSchema: ZodType;
  plan(config: ModelConfig): DecoderPlan;
  /** The config.json of what is written: its own, or that of the decoder inside it. */
  decoderConfig(config: ModelConfig): ModelConfig;
}

export function family<S extends ZodType>(
  modelType: string,
  configSchema: S,
  plan: (config: z.output<S>) => DecoderPlan,
): Architecture {
  return {
    modelType,
    configSchema,
    decoderConfig: (config) => config,
    plan(config) {
      const parsed = configSchema.safeParse(config);
      if (parsed.success) return plan(parsed.data);
      const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`);
      throw problem('config-unsupported', { modelType, issues });
    },
  };
}

/** A model with more parts than a text decoder, of which only that is written: as a model of the family it belongs to. */
export function decoderInside(
  modelType: string,
  inner: Architecture,
  find: (config: ModelConfig) => Record<string, unknown>,
): Architecture {
  const decoderConfig = (config: ModelConfig) => ({ ...find(config), model_type: inner.modelType });
  const configSchema = z.looseObject({ model_type: z.string() }).superRefine((config, context) => {
    const issues = inner.configSchema.safeParse(decoderConfig(config)).error?.issues ?? [];
    for (const { path, message } of issues) context.addIssue({ code: 'custom', path, message });
  });
  return { modelType, configSchema, decoderConfig, plan: (config) => inner.plan(decoderConfig(config)) };
}
