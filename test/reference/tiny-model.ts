// A Qwen2-shaped model small enough to be written, loaded and recomputed in milliseconds.
import type { Model } from '../../src/models/registry.js';

export const TINY_CONFIG = {
  model_type: 'qwen2',
  architectures: ['Qwen2ForCausalLM'],
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 512,
  max_position_embeddings: 512,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
  hidden_act: 'silu',
  use_sliding_window: false,
};

export type TinyConfig = typeof TINY_CONFIG;

export function tinyModel(overrides: Partial<TinyConfig> = {}, id = 'tiny'): Model {
  return {
    id,
    name: 'Tiny',
    hub: null,
    baseHub: null,
    license: null,
    parameters: 1,
    publishedBytes: {},
    modalities: ['text'],
    sources: [],
    unverified: [],
    notes: [],
    config: { ...TINY_CONFIG, ...overrides },
  };
}
