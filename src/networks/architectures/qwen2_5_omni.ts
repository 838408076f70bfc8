// The text decoder of Qwen2.5-Omni's thinker. Its rotary positions have three parts, which are equal for text.
// Source: transformers' Qwen2_5OmniThinkerConfig, whose head is its own unless the config says otherwise.
import { decoderInside } from '../architecture.js';
import { qwen2 } from './qwen2.js';

export const qwen2_5Omni = decoderInside(qwen2, 'qwen2', ({ thinker_config }) => ({
  tie_word_embeddings: false,
  ...(thinker_config as { text_config?: object } | undefined)?.text_config,
  rope_scaling: null,
}));
