// The table of architectures by model_type. Adding one: a file in architectures/ and a row here, and what its modelling
// code computes in test/reference/ (CONTRIBUTING.md).
import type { ZodType } from 'zod';
import { problem } from '../errors.js';
import type { Architecture, ModelConfig } from './architecture.js';
import { deepseekV2 } from './architectures/deepseek_v2.js';
import { deepseekV3 } from './architectures/deepseek_v3.js';
import { ernie4_5 } from './architectures/ernie4_5.js';
import { ernie4_5Moe } from './architectures/ernie4_5_moe.js';
import { gemma3Text } from './architectures/gemma3_text.js';
import { gptOss } from './architectures/gpt_oss.js';
import { granitemoehybrid } from './architectures/granitemoehybrid.js';
import { llama } from './architectures/llama.js';
import { minimaxM2 } from './architectures/minimax_m2.js';
import { phi3 } from './architectures/phi3.js';
import { qwen2 } from './architectures/qwen2.js';
import { qwen2_5Omni } from './architectures/qwen2_5_omni.js';
import { qwen2_5Vl } from './architectures/qwen2_5_vl.js';
import { qwen2Moe } from './architectures/qwen2_moe.js';
import { qwen3 } from './architectures/qwen3.js';
import { qwen3Moe } from './architectures/qwen3_moe.js';

export const ARCHITECTURES = {
  qwen2,
  qwen2_5_vl: qwen2_5Vl,
  qwen2_5_omni: qwen2_5Omni,
  qwen3,
  llama,
  gemma3_text: gemma3Text,
  phi3,
  ernie4_5,
  granitemoehybrid,
  qwen2_moe: qwen2Moe,
  qwen3_moe: qwen3Moe,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  ernie4_5_moe: ernie4_5Moe,
  gpt_oss: gptOss,
  minimax_m2: minimaxM2,
} as const satisfies Record<string, Architecture>;

export type ModelType = keyof typeof ARCHITECTURES;

const rowOf = (modelType: string): Architecture | undefined =>
  Object.hasOwn(ARCHITECTURES, modelType) ? ARCHITECTURES[modelType as ModelType] : undefined;

/** What a config.json of this model_type must look like; undefined where the architecture is unknown. */
export function configSchemaOf(modelType: string): ZodType | undefined {
  return rowOf(modelType)?.configSchema;
}

/** Throws architecture-unknown with the known model types. */
export function architectureOf(config: ModelConfig): Architecture {
  const found = rowOf(config.model_type);
  if (found !== undefined) return found;
  throw problem('architecture-unknown', { modelType: config.model_type, known: Object.keys(ARCHITECTURES) });
}
