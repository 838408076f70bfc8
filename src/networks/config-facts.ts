// The few facts that a run needs from a config.json of any architecture: vocabulary, context, KV cache.
import { join } from 'node:path';
import { FILE_BOUNDS } from '../contract/file-bounds.js';
import type { ConfigFacts } from '../contract/graph-facts.js';
import { readJson } from '../contract/json-file.js';
import { statOf } from '../contract/regular-file.js';
import { problem } from '../errors.js';

const UNKNOWN: ConfigFacts = { vocab: null, context: null, kvValuesPerToken: null };

/** How large the fields that are read may be. */
const FIELDS = {
  num_hidden_layers: FILE_BOUNDS.layers,
  num_attention_heads: FILE_BOUNDS.heads,
  num_key_value_heads: FILE_BOUNDS.heads,
  hidden_size: FILE_BOUNDS.width,
  head_dim: FILE_BOUNDS.width,
  vocab_size: FILE_BOUNDS.vocabulary,
  max_position_embeddings: FILE_BOUNDS.context,
};

/**
 * Reads a config as transformers writes it, from `path`. Those of multimodal models have the decoder's fields inside.
 * Throws file-invalid for a number that is no size.
 */
export function configFacts(config: unknown, path = 'config.json'): ConfigFacts {
  if (typeof config !== 'object' || config === null) return UNKNOWN;
  const outer = config as Record<string, unknown>;
  const thinker = outer.thinker_config as Record<string, unknown> | null | undefined;
  const all: Record<string, unknown> = { ...outer, ...object(outer.text_config), ...object(thinker?.text_config) };
  const issues = Object.entries(FIELDS).flatMap(([name, most]) => {
    const value = all[name];
    const isSize = typeof value !== 'number' || (Number.isInteger(value) && value >= 0 && value <= most);
    return isSize ? [] : [`${name}: ${value}; expected a whole number up to ${most}`];
  });
  if (issues.length > 0) throw problem('file-invalid', { path, issues });
  const whole = (name: keyof typeof FIELDS) => {
    const value = all[name];
    return typeof value === 'number' && value > 0 ? value : null;
  };
  const layers = whole('num_hidden_layers');
  const heads = whole('num_attention_heads');
  const hidden = whole('hidden_size');
  const derived = hidden !== null && heads !== null && hidden % heads === 0 ? hidden / heads : null;
  const headSize = whole('head_dim') ?? derived;
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

/** The facts of the config.json in a folder; all null where there is none. Throws where it cannot be read. */
export function configFactsIn(directory: string): ConfigFacts {
  const path = join(directory, 'config.json');
  return statOf(path) === null ? UNKNOWN : configFacts(readJson(path), path);
}
