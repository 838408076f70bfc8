// Turns a decoder graph into one whose KV cache is in int8. GroupQueryAttention then keeps multiples of a step, with
// one step for each channel of a head. The steps are inputs of the graph, because they are chosen from the first rows
// of the cache. Such a graph is made in memory and never written.
import { type Decoder, type KvEntry, keyAndValue } from './decoder-interface.js';
import type { OnnxModel, ValueInfo } from './model.js';

/** GroupQueryAttention's inputs k_scale and v_scale; float32 [1, heads, 1, size] with PER_CHANNEL. */
const KEY_STEPS = 12;
const VALUE_STEPS = 13;

/** The name of the input that holds the steps of a cache entry. */
export function stepsOf({ past }: Pick<KvEntry, 'past'>): string {
  return `${past}.steps`;
}

/** Returns a sentence with the reason where the graph cannot have an int8 cache. */
export function withInt8Cache(model: OnnxModel, decoder: Decoder): OnnxModel | string {
  if (!decoder.shareableKv) return 'its cache does not go straight through GroupQueryAttention';
  const float = decoder.cache.find(({ type }) => type !== 'float32');
  if (float !== undefined) return `${float.past} is ${float.type}, not float32`;
  const steps = new Map(keyAndValue(decoder.cache).map(([key, value]) => [key.past, [stepsOf(key), stepsOf(value)]]));
  const cached = new Set(decoder.cache.flatMap(({ past, present }) => [past, present]));
  const inInt8 = (value: ValueInfo): ValueInfo =>
    cached.has(value.name) ? { name: value.name, type: 'int8', dims: value.dims } : value;
  return {
    ...model,
    nodes: model.nodes.map((node) => {
      const names = steps.get(node.inputs[3] ?? '');
      if (names === undefined) return node;
      const inputs = Array.from({ length: VALUE_STEPS + 1 }, (_, i) => node.inputs[i] ?? '');
      [inputs[KEY_STEPS], inputs[VALUE_STEPS]] = names as [string, string];
      const attributes = { k_quant_type: 'PER_CHANNEL', v_quant_type: 'PER_CHANNEL', kv_cache_bit_width: 8 };
      return { ...node, inputs, attributes: { ...node.attributes, ...attributes } };
    }),
    inputs: [
      ...model.inputs.map(inInt8),
      ...decoder.cache.map((entry) => ({
        name: stepsOf(entry),
        type: 'float32' as const,
        dims: [1, entry.heads, 1, entry.size],
      })),
    ],
    outputs: model.outputs.map(inInt8),
  };
}
