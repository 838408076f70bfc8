// The KV cache of any graph, whether or not edgeproof can drive it: recognised by the names and shapes of its inputs,
// which differ from exporter to exporter.
import type { GraphFacts } from '../../contract/graph-facts.js';
import { byteLength, type ElementType, type OnnxModel, type ValueInfo } from './model.js';

type CacheType = NonNullable<GraphFacts['kv']>['shapes'][number]['type'];
const CACHE_TYPES: readonly (ElementType | null)[] = ['float32', 'float16', 'bfloat16', 'int8', 'uint8'];

/** past_key_values.3.decoder.key, past_3, past.3.key, past_key_self_3, key_cache_3, cache.k.3, kv_cache_3, layer_3 … */
const CACHE = /past|cache|(^|[^a-z])kv([^a-z]|$)|^layers?[._]?\d+([._](k|v|keys?|values?))?$/i;
/** States of convolutions and recurrences have one size, whatever the length. */
const STATE = /conv|ssm|state|recurrent|mask|position|length/i;
/** The cache of cross-attention: computed once from the encoder, so that a token adds nothing. */
const CROSS = /encoder|cross/i;
/** Keys and values of several layers in one tensor have a name for either; of one layer, none. */
const KEY_OR_VALUE = /(^|[^a-z])(k|v|keys?|values?)([^a-z]|$)/i;

export function isCacheName(name: string): boolean {
  return CACHE.test(name) && !STATE.test(name);
}

interface Entry {
  layers: (number | string)[];
  /** Tensors of [heads, length, size] in it. */
  count: number;
  heads: number;
  size: number;
  type: CacheType;
}

/** null where no input is a cache that a token adds to, or the shape of one cannot be told. */
export function cacheOf({ inputs, initializers }: Pick<OnnxModel, 'inputs' | 'initializers'>): GraphFacts['kv'] {
  const weights = new Set(initializers.map(({ name }) => name));
  const named = inputs.filter(
    ({ name, type }) => isCacheName(name) && CACHE_TYPES.includes(type) && !CROSS.test(name) && !weights.has(name),
  );
  const entries = named.map(entryOf);
  if (entries.length === 0 || entries.some((entry) => entry === null)) return null;
  const known = entries as Entry[];
  const shapes = new Map(known.map(({ heads, size, type }) => [`${heads} ${size} ${type}`, { heads, size, type }]));
  return {
    layers: new Set(known.flatMap(({ layers }) => layers)).size,
    shapes: [...shapes.values()],
    bytesPerToken: known.reduce((sum, { count, heads, size, type }) => sum + byteLength(type, [count, heads, size]), 0),
    shareable: false,
  };
}

/** Shapes: [batch, length, size], [batch, heads, length, size], and either behind [2] or [layers]. */
function entryOf({ name, type, dims }: ValueInfo): Entry | null {
  const layer = /(\d+)\D*$/.exec(name)?.[1] ?? name;
  const one = (rest: ValueInfo['dims']) => {
    const [batch, ...own] = rest;
    // A batch of heads hides how many there are.
    if (typeof batch === 'string' && /head/i.test(batch)) return null;
    const symbols = own.flatMap((dim, axis) => (typeof dim === 'number' ? [] : [axis]));
    if (symbols.length > 1 || (symbols.length === 0 && own.length === 2)) return null;
    // A cache of fixed length has it in its usual place.
    const numbers = own.filter((_, axis) => axis !== (symbols[0] ?? own.length - 2)) as number[];
    const [heads, size] = numbers.length === 1 ? [1, numbers[0]!] : (numbers as [number, number]);
    return { heads, size, type: type as CacheType };
  };
  if (dims.length === 3 || dims.length === 4) {
    const shape = one(dims);
    return shape && { layers: [layer], count: 1, ...shape };
  }
  const [lead, ...rest] = dims;
  const shape = dims.length === 5 && typeof lead === 'number' ? one(rest) : null;
  if (shape === null) return null;
  const perLayer = KEY_OR_VALUE.test(name.replace(/key_values/i, '')) ? 1 : 2;
  const layers =
    perLayer === 2 && lead === 2 ? [layer] : Array.from({ length: (lead as number) / perLayer }, (_, i) => i);
  return { layers, count: lead as number, ...shape };
}
