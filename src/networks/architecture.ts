// What a model_type means: the config.json that it has, and the decoder that this config describes. Each file in
// architectures/ defines one, named after its model_type; architectures.ts is the table of them.
import { type ZodType, z } from 'zod';
import { problem } from '../errors.js';
import type { DecoderPlan, GroupedAttention } from './plan.js';
import { planIssues } from './plan-issues.js';

/** The content of a Hugging Face config.json. */
export type ModelConfig = Record<string, unknown> & { model_type: string };

export interface Architecture {
  /** Accepts every config that `plan` can build. */
  configSchema: ZodType;
  /** Throws config-unsupported with the fields that are missing, wrong or not implemented. */
  plan(config: ModelConfig): DecoderPlan;
  /** The config.json of the checkpoint: `config` itself, or that of the text decoder inside it. */
  decoderConfig(config: ModelConfig): ModelConfig;
  /** Absent where no GGUF file can be written. */
  llamaCpp?: LlamaCppArchitecture;
}

/** How llama.cpp runs an architecture, where it does not follow the configuration. */
export interface LlamaCppArchitecture {
  /** `general.architecture` of the GGUF file. */
  name: string;
  /** What it multiplies the products of queries and keys by; 1 / √headSize unless given. */
  attentionScale?(plan: DecoderPlan, attention: GroupedAttention): number;
  /** It takes hidden_size / num_attention_heads for the size of a head. */
  derivesHeadSize?: true;
}

/** An architecture whose config.json describes nothing but a text decoder. */
export function defineArchitecture<S extends ZodType>(
  configSchema: S,
  plan: (config: z.output<S>) => DecoderPlan,
  llamaCpp?: LlamaCppArchitecture,
): Architecture {
  return {
    configSchema,
    decoderConfig: (config) => config,
    plan(config) {
      const parsed = configSchema.safeParse(config);
      const issues = parsed.error?.issues.map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`) ?? [];
      const planned = parsed.success ? plan(parsed.data) : null;
      if (planned !== null) issues.push(...planIssues(planned));
      if (planned !== null && issues.length === 0) return planned;
      throw problem('config-unsupported', { modelType: config.model_type, issues });
    },
    ...(llamaCpp && { llamaCpp }),
  };
}

/**
 * An architecture with more parts than a text decoder. Only the decoder is built, as a model of the architecture
 * `inner` with the model_type `modelType`; `find` takes its fields out of the whole config.
 */
export function decoderInside(
  inner: Architecture,
  modelType: string,
  find: (config: ModelConfig) => Record<string, unknown>,
): Architecture {
  const decoderConfig = (config: ModelConfig) => ({ ...find(config), model_type: modelType });
  const configSchema = z.looseObject({ model_type: z.string() }).superRefine((config, context) => {
    const issues = inner.configSchema.safeParse(decoderConfig(config)).error?.issues ?? [];
    for (const { path, message } of issues) context.addIssue({ code: 'custom', path, message });
  });
  return { configSchema, decoderConfig, plan: (config) => inner.plan(decoderConfig(config)) };
}
