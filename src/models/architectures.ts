// model_type → the architecture that can write it. Adding one is a file in architectures/ and a line here.
import type { ZodType } from 'zod';
import { problem } from '../errors.js';
import type { Graph } from '../onnx/graph-builder.js';
import type { DecoderShape } from './architectures/blocks.js';
import type { Dtype, Layout } from './architectures/linear.js';
import { qwen2 } from './architectures/qwen2.js';

/** A Hugging Face config.json, as far as we know it. */
export type ModelConfig = Record<string, unknown> & { model_type: string };

export interface Architecture {
  modelType: string;
  configSchema: ZodType;
  shape(config: ModelConfig): DecoderShape;
  build(config: ModelConfig, dtype: Dtype, layout: Layout): Graph;
}

const ARCHITECTURES: readonly Architecture[] = [qwen2];

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
