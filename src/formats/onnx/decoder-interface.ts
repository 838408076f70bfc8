// The interface of a decoder graph: its inputs, its KV cache, and whether that cache can be shared in place. It is read
// from the graph alone, so that files of any exporter can be run without a config.json.
import { byteLength, type FloatType, isFloatType, type Node, type OnnxModel, rowOf, type ValueInfo } from './model.js';

/** Keys or values of one layer, [batch, heads, length, size]: fed as `past`, fetched as `present`. */
export interface KvEntry {
  past: string;
  present: string;
  heads: number;
  size: number;
  type: FloatType;
}

const FED_NAMES = ['input_ids', 'attention_mask', 'position_ids', 'num_logits_to_keep'] as const;
export type FedName = (typeof FED_NAMES)[number];

/** An input beside the cache, in the type that the graph declares. */
export interface FedInput {
  name: FedName;
  type: 'int64' | 'int32';
  rank: number;
}

export interface Decoder {
  layers: number;
  /** Key and value of every layer, in the order of the layers. */
  cache: KvEntry[];
  logitsType: FloatType;
  vocabSize: number | null;
  /** In the order of FED_NAMES. */
  fed: FedInput[];
  /** Past and present may be the same buffer, because every entry goes straight through GroupQueryAttention. */
  shareableKv: boolean;
}

const isFedName = (name: string): name is FedName => FED_NAMES.some((known) => known === name);
const CACHE_INPUT = /^past_key_values\.\d+\.(key|value)$/;

/** Inputs that another graph of the same model computes → that graph. */
const FROM_OTHER_SESSIONS: Record<string, string> = {
  inputs_embeds: 'embed_tokens',
  per_layer_inputs: 'embed_tokens',
  encoder_hidden_states: 'the encoder',
  encoder_attention_mask: 'the encoder',
};

/** Returns a sentence with the reason where the graph cannot be run as a decoder. */
export function decoderOf(model: OnnxModel): Decoder | string {
  const initialized = new Set(model.initializers.map((tensor) => tensor.name));
  const inputs = new Map(
    model.inputs.filter((input) => !initialized.has(input.name)).map((input) => [input.name, input]),
  );
  const outputs = new Map(model.outputs.map((output) => [output.name, output]));
  const strange = [...inputs.values()].filter(({ name }) => !isFedName(name) && !CACHE_INPUT.test(name));
  const computed = strange.filter(({ name }) => rowOf(FROM_OTHER_SESSIONS, name) !== undefined);
  if (computed.length > 0) {
    const origins = computed.map(({ name }) => `${name} comes from ${FROM_OTHER_SESSIONS[name]}`);
    return `it is one of several sessions, and edgeproof runs one: ${origins.join(', ')}`;
  }
  if (strange.length > 0) return `it has inputs that edgeproof cannot feed: ${listed(strange)}`;
  const missing = ['input_ids', 'attention_mask'].filter((name) => !inputs.has(name));
  if (missing.length > 0) return `it has no ${missing.join(' and no ')}`;
  const fed: FedInput[] = [];
  for (const name of FED_NAMES) {
    const declared = inputs.get(name);
    if (declared === undefined) continue;
    const { type, dims } = declared;
    if (type !== 'int64' && type !== 'int32')
      return `its input ${name} is ${type ?? 'of an unknown type'}; expected int64 or int32`;
    fed.push({ name, type, rank: dims.length });
  }
  const positions = inputs.get('position_ids');
  if (positions !== undefined && positions.dims.length > 2)
    return `position_ids has shape [${positions.dims.join(', ')}]; expected [batch, length]`;
  const logits = outputs.get('logits');
  if (logits === undefined) return 'it has no output "logits"';
  if (!isFloatType(logits.type)) return `its logits are ${logits.type ?? 'of an unknown type'}`;

  const indices = new Set([...inputs.keys()].flatMap((name) => /^past_key_values\.(\d+)\./.exec(name)?.[1] ?? []));
  if (indices.size === 0) return 'it has no past_key_values: a decoder without a KV cache';
  const cache: KvEntry[] = [];
  for (const index of indices) {
    const [key, value] = [`past_key_values.${index}.key`, `past_key_values.${index}.value`];
    const [other] = [key, value].filter((name) => !inputs.has(name));
    if (other !== undefined) return `of ${key} and ${value} it has no ${other}`;
    for (const past of [key, value]) {
      const present = past.replace('past_key_values', 'present');
      if (!outputs.has(present)) return `it has no output ${present}`;
      const shape = cacheShape(inputs.get(past)!);
      if (typeof shape === 'string') return shape;
      cache.push({ past, present, ...shape });
    }
  }
  const width = logits.dims.at(-1);
  return {
    layers: indices.size,
    cache,
    logitsType: logits.type,
    vocabSize: typeof width === 'number' ? width : null,
    fed,
    shareableKv: keyAndValue(cache).every(([key, value]) => throughGroupQueryAttention(model.nodes, key, value)),
  };
}

const MOST_LISTED = 4;

/** The first of these inputs with type and shape, and how many more there are. */
function listed(inputs: ValueInfo[]): string {
  const texts = inputs
    .slice(0, MOST_LISTED)
    .map(
      ({ name, type, dims }) => `${name} ${type ?? 'of an unknown type'} [${dims.map((dim) => dim ?? '?').join(', ')}]`,
    );
  return `${texts.join(', ')}${inputs.length > MOST_LISTED ? `, and ${inputs.length - MOST_LISTED} more` : ''}`;
}

function cacheShape(past: ValueInfo): Pick<KvEntry, 'heads' | 'size' | 'type'> | string {
  const [, heads, , size] = past.dims;
  if (past.dims.length !== 4 || typeof heads !== 'number' || typeof size !== 'number' || heads < 1 || size < 1) {
    return `${past.name} has shape [${past.dims.join(', ')}]; expected [batch, heads, length, size] with numeric heads and size`;
  }
  if (!isFloatType(past.type)) return `${past.name} is ${past.type ?? 'of an unknown type'}`;
  return { heads, size, type: past.type };
}

/** Pairs of key and value, layer by layer. */
export function keyAndValue(cache: KvEntry[]): [KvEntry, KvEntry][] {
  return cache.flatMap((key, i) => (i % 2 === 0 ? [[key, cache[i + 1]!] satisfies [KvEntry, KvEntry]] : []));
}

/** GroupQueryAttention takes past at inputs 3 and 4 and returns present at outputs 1 and 2. */
function throughGroupQueryAttention(nodes: Node[], key: KvEntry, value: KvEntry): boolean {
  const users = nodes.filter((node) => node.inputs.includes(key.past) || node.inputs.includes(value.past));
  const [attention] = users;
  return (
    users.length === 1 &&
    attention!.opType === 'GroupQueryAttention' &&
    attention!.inputs[3] === key.past &&
    attention!.inputs[4] === value.past &&
    attention!.outputs[1] === key.present &&
    attention!.outputs[2] === value.present
  );
}

/** Bytes that one token adds to a cache entry. */
export function rowBytesOf({ heads, size, type }: KvEntry): number {
  return byteLength(type, [heads, size]);
}

/** Bytes that one token adds to the KV cache. */
export function kvBytesPerToken({ cache }: Decoder): number {
  return cache.reduce((sum, entry) => sum + rowBytesOf(entry), 0);
}
