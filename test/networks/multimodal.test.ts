// Models with more parts than a text decoder: what is taken out of their configuration, and what is refused.
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/networks/architecture.js';
import { architectureOf, configSchemaOf } from '../../src/networks/architectures.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const mrope = { type: 'mrope', mrope_section: [16, 24, 24] };
const { model_type: _, ...text } = { ...TINY_CONFIG, rope_scaling: mrope };
const vision_config = { hidden_size: 99, num_hidden_layers: 7 };
const { tie_word_embeddings: tied, ...untold } = text;

const CONFIGS: Record<string, ModelConfig> = {
  'fields at the top': { model_type: 'qwen2_5_vl', vision_config, ...text },
  'fields inside': { model_type: 'qwen2_5_vl', vision_config, hidden_size: 1, text_config: text },
  omni: { model_type: 'qwen2_5_omni', thinker_config: { text_config: text, vision_config }, talker_config: {} },
};

describe.each(Object.entries(CONFIGS))('%s', (_name, config) => {
  const architecture = architectureOf(config);

  it('has the plan of a Qwen2 of the same sizes, without the other parts', () => {
    expect(architecture.plan(config)).toEqual(architectureOf(TINY_CONFIG).plan(TINY_CONFIG));
  });

  it('is written as a Qwen2, so that whatever loads one loads it', () => {
    const written = architecture.decoderConfig(config);
    expect(written).toMatchObject({ model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'], rope_scaling: null });
    expect(written).not.toHaveProperty('vision_config');
  });
});

it("has a head of its own where Omni's configuration does not say", () => {
  const config = { model_type: 'qwen2_5_omni', thinker_config: { text_config: untold } };
  expect(tied).toBe(true);
  expect(architectureOf(config).plan(config).tiedHead).toBe(false);
});

it('names the field that a decoder inside lacks', () => {
  const config = { model_type: 'qwen2_5_omni', talker_config: {} };
  const issues = configSchemaOf('qwen2_5_omni')!.safeParse(config).error!.issues;
  expect(issues.map(({ path }) => path.join('.'))).toContain('hidden_size');
});
