// Configurations whose sizes no graph can have are refused by field, and odd ones that a graph can have are built.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJsonFile } from '../../src/contract/json-file.js';
import { planCheckpoint } from '../../src/models/checkpoint-plan.js';
import { configSchema } from '../../src/models/registry.js';
import type { ModelConfig } from '../../src/networks/architecture.js';
import { configFactsIn } from '../../src/networks/config-facts.js';
import { thrownBy } from '../fixtures/thrown.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-config-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'config.json');

type Change = Record<string, unknown>;
function planned(change: Change, layout = 'tuned', dtype = 'q4') {
  // 1e999 is how JSON says infinity.
  writeFileSync(path, JSON.stringify({ ...TINY_CONFIG, ...change }).replaceAll('"1e999"', '1e999'));
  const config = readJsonFile(path, configSchema) as ModelConfig;
  return planCheckpoint({ model: { id: 'tiny', config }, layout: layout as 'tuned', dtype: dtype as 'q4', seed: 1 });
}
const SPARSE = {
  ...{ model_type: 'qwen3_moe', head_dim: 32, num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 64 },
  ...{ norm_topk_prob: true, attention_bias: false },
};

describe('a configuration', () => {
  it.each([
    ['num_hidden_layers', 1e9, /num_hidden_layers: Too big: expected number to be <=1000$/m],
    ['num_hidden_layers', -3.5, /num_hidden_layers: Invalid input: expected int/],
    ['num_hidden_layers', '1e999', /num_hidden_layers: Invalid input: expected number, received Infinity/],
    ['num_attention_heads', 0, /num_attention_heads: Too small: expected number to be >0/],
    ['num_key_value_heads', 3, /num_key_value_heads: .*must be a multiple/],
    ['hidden_size', 130, /hidden_size: hidden_size must be a multiple of num_attention_heads/],
    ['hidden_size', 2 ** 40, /hidden_size: Too big/],
    ['vocab_size', 1e12, /vocab_size: Too big/],
    ['max_position_embeddings', -1, /max_position_embeddings: Too small/],
    ['hidden_size', 100, /25 elements of a head are rotated; expected an even number/],
    ['head_dim', 33, /33 elements of a head are rotated; expected an even number/],
    ['hidden_size', 40, /rows of 40 weights \(model.embed_tokens.weight\) cannot be quantised in blocks of 16 or more/],
    ['vocab_size', 100, /vocab_size 100: no synthetic tokenizer of so many tokens can be made/],
    ['vocab_size', 1_000_000, /vocab_size 1000000: no synthetic tokenizer/],
  ])('with %s of %s is refused', (field, value, message) => {
    expect(thrownBy(() => planned({ [field]: value })).message).toMatch(message);
  });

  it.each([
    ['more experts for a token than there are', { num_experts_per_tok: 9 }, 'a token uses 9 of 4 experts'],
    [
      'experts without end',
      { num_experts: 65_536, num_hidden_layers: 2 },
      'it has 131072 experts; expected at most 100000',
    ],
  ])('with %s is refused', (_, change, message) => {
    expect(thrownBy(() => planned({ ...SPARSE, ...change })).message).toContain(message);
  });

  it('says which vocabularies a synthetic tokenizer can have', () => {
    expect(thrownBy(() => planned({ vocab_size: 258 })).hint).toBe('expected 259 or more');
    const most = Number(/at most (\d+)/.exec(thrownBy(() => planned({ vocab_size: 10 ** 6 })).hint!)![1]);
    expect(most).toBeGreaterThan(262_144);
    expect(planned({ vocab_size: 259 }).parameters).toBeGreaterThan(0);
  });

  it.each([
    ['tuned', 'fp16'],
    ['published', 'int8'],
    ['gguf', 'q4'],
  ])('of odd sizes is built as %s %s', (layout, dtype) => {
    const odd = { hidden_size: 40, intermediate_size: 333, vocab_size: 1001 };
    expect(planned(odd, layout, dtype).parameters).toBeGreaterThan(1001 * 40);
  });
});

describe('the facts of a config.json that nobody has checked', () => {
  const facts = (config: unknown) => {
    writeFileSync(path, JSON.stringify(config).replaceAll('"1e999"', '1e999'));
    return configFactsIn(scratch);
  };

  it('are refused where a number is no size, and unknown where it is none', () => {
    const sizes = { num_hidden_layers: 2, num_attention_heads: 4, hidden_size: 64, vocab_size: 9 };
    expect(facts(sizes).kvValuesPerToken).toBe(2 * 2 * 4 * 16);
    for (const wrong of [-3.5, 0.5, -1, '1e999', 1e9])
      expect(thrownBy(() => facts({ ...sizes, num_hidden_layers: wrong })).message).toMatch(
        /config.json is not valid:\n {2}num_hidden_layers: .*; expected a whole number up to 1000$/,
      );
    expect(facts({ ...sizes, num_attention_heads: [4, 8], num_hidden_layers: null }).kvValuesPerToken).toBeNull();
    // 64 / 3 is no size of a head.
    expect(facts({ ...sizes, num_attention_heads: 3 }).kvValuesPerToken).toBeNull();
    expect(thrownBy(() => facts({ text_config: { vocab_size: -5 } })).message).toContain('vocab_size: -5');
  });

  it('are unknown where there is no file', () => {
    expect(configFactsIn(join(scratch, 'elsewhere')).vocab).toBeNull();
  });
});
