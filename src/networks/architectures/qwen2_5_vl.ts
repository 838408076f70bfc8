// The text decoder of Qwen2.5-VL: a Qwen2. Its rotary positions have three parts, which are equal for text.
// Source: transformers' Qwen2_5_VLModel; older config.json files keep the decoder's fields at the top.
import { decoderInside } from '../architecture.js';
import { qwen2 } from './qwen2.js';

export const qwen2_5Vl = decoderInside(qwen2, 'qwen2', ({ vision_config, text_config, ...top }) => ({
  ...top,
  ...(text_config as object | undefined),
  architectures: ['Qwen2ForCausalLM'],
  rope_scaling: null,
}));
