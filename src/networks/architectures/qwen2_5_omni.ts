// The text decoder of Qwen2.5-Omni's thinker: a Qwen2. Its rotary positions have three parts, which are equal for text.
// Source: transformers' Qwen2_5OmniThinkerConfig, where the head is not tied unless the config says so.
import { decoderInside } from '../architecture.js';
import { qwen2 } from './qwen2.js';

export const qwen2_5Omni = decoderInside(qwen2, 'qwen2', ({ thinker_config }) => ({
  tie_word_embeddings: false,
  ...(thinker_config as { text_config?: object } | undefined)?.text_config,
  rope_scaling: null,
}));
