// The few facts that a run needs from a config.json of any architecture: vocabulary, context, KV cache.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigFacts } from '../contract/graph-facts.js';

const UNKNOWN: ConfigFacts = { vocab: null, context: null, kvValuesPerToken: null };

/** Reads a config as transformers writes it. Those of multimodal models have the decoder's fields inside. */
export function configFacts(config: unknown): ConfigFacts {
  if (typeof config !== 'object' || config === null) return UNKNOWN;
  const outer = config as Record<string, unknown>;
  const thinker = outer.thinker_config as Record<string, unknown> | null | undefined;
  const all: Record<string, unknown> = { ...outer, ...object(outer.text_config), ...object(thinker?.text_config) };
  const whole = (name: string) => {
    const value = all[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
  };
  const layers = whole('num_hidden_layers');
  const heads = whole('num_attention_heads');
  const hidden = whole('hidden_size');
  const headSize = whole('head_dim') ?? (hidden !== null && heads !== null ? hidden / heads : null);
  const kvHeads = whole('num_key_value_heads') ?? heads;
  // Latent attention and linear layers cache something other than keys and values.
  const types = Array.isArray(all.layer_types) ? all.layer_types : [];
  const plain =
    all.kv_lora_rank === undefined && types.every((type) => /^(full|sliding)_attention$/.test(String(type)));
  const known = plain && layers !== null && kvHeads !== null && headSize !== null;
  return {
    vocab: whole('vocab_size'),
    context: whole('max_position_embeddings'),
    kvValuesPerToken: known ? layers * 2 * kvHeads * headSize : null,
  };
}

function object(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** The facts of the config.json in a folder; all null where it cannot be read. */
export function configFactsIn(directory: string): ConfigFacts {
  try {
    return configFacts(JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8')));
  } catch {
    return UNKNOWN;
  }
}
