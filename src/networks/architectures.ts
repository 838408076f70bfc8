// model_type → the architecture that can write it. Adding one is a file in architectures/ and a line here.
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

const ARCHITECTURES: readonly Architecture[] = [
  qwen2,
  qwen2_5Vl,
  qwen2_5Omni,
  qwen3,
  llama,
  gemma3Text,
  phi3,
  ernie4_5,
  granitemoehybrid,
  qwen2Moe,
  qwen3Moe,
  deepseekV2,
  deepseekV3,
  ernie4_5Moe,
  gptOss,
  minimaxM2,
];

/** What a config of this model_type must look like; none when we know no such architecture. */
export function configSchemaOf(modelType: string): ZodType | undefined {
  return ARCHITECTURES.find((architecture) => architecture.modelType === modelType)?.configSchema;
}

export function architectureOf(config: ModelConfig): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture.modelType === config.model_type);
  if (found !== undefined) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.modelType);
  throw problem('architecture-unknown', { modelType: config.model_type, known });
}
