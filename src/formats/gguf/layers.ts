// The layers of a GGUF model: what each adds to the KV cache and attends to. Models differ from layer to layer, and some
// have layers without attention, or no cache at all.
import type { GraphFacts } from '../../contract/graph-facts.js';
import type { AttentionWork } from '../../contract/work.js';
import type { GgufFile } from './file.js';
import { architectureOf, numberOf, numbersOf, own } from './metadata.js';

/** llama.cpp keeps keys and values in half precision unless told otherwise. */
export const KV_BYTES = 2;

/** Architectures that llama.cpp gives no memory: encoders, and models that fill in text at all positions at once. */
const WITHOUT_CACHE =
  /^((.+-)?bert(-.+)?|eurobert|gemma-embedding|llama-embed|t5encoder|wavtokenizer-dec|clip|dream|llada(-moe)?|rnd1)$/;

/** Why it generates no text token by token; null where it does, or may. */
export function whyNoDecoder(file: GgufFile): string | null {
  const name = architectureOf(file);
  if (WITHOUT_CACHE.test(name)) return `${name} does not generate text token by token`;
  return own(file, 'attention.causal') === false ? 'its attention is not causal: it is an encoder' : null;
}

interface Layer {
  heads: number;
  kvHeads: number;
  keySize: number;
  valueSize: number;
  window: number | null;
  /** Its keys and values are its own, not those of an earlier layer. */
  cached: boolean;
}

/** A header could name any number of layers; arrays are kept up to this length. */
const MOST_LAYERS = 1024;

/** The layers with attention; null where the metadata lacks a size, or the attention is latent. */
function attentionLayers(file: GgufFile): Layer[] | null {
  if (whyNoDecoder(file) !== null) return [];
  const count = numberOf(file, 'block_count');
  if (count === null || count < 1 || count > MOST_LAYERS || own(file, 'attention.kv_lora_rank') !== undefined)
    return null;
  const heads = numbersOf(file, 'attention.head_count', count);
  const hasKvHeads = own(file, 'attention.head_count_kv') !== undefined;
  const kvHeads = hasKvHeads ? numbersOf(file, 'attention.head_count_kv', count) : heads;
  if (heads === null || kvHeads === null) return null;
  const hidden = numberOf(file, 'embedding_length');
  const mostHeads = Math.max(...heads);
  const plain = hidden === null || mostHeads === 0 ? null : hidden / mostHeads;
  const sizeOf = (part: 'key' | 'value', sliding: boolean) =>
    (sliding ? numberOf(file, `attention.${part}_length_swa`) : null) ??
    numberOf(file, `attention.${part}_length`) ??
    plain ??
    0;
  const sliding = numbersOf(file, 'attention.sliding_window_pattern', count);
  const window = numberOf(file, 'attention.sliding_window') || null;
  const every = numberOf(file, 'full_attention_interval') ?? 1;
  const owners = count - (numberOf(file, 'attention.shared_kv_layers') ?? 0);
  const layers = heads.map((queryHeads, layer): Layer => {
    const isListed = typeof own(file, 'attention.sliding_window_pattern') === 'object';
    const isSliding = isListed && sliding?.[layer] === 1;
    return {
      heads: queryHeads,
      // Between two layers with attention lie some with linear attention, which have no cache.
      kvHeads: (layer + 1) % every === 0 ? kvHeads[layer]! : 0,
      keySize: sizeOf('key', isSliding),
      valueSize: sizeOf('value', isSliding),
      // Without a list it depends on the architecture; the window of all layers is a lower bound.
      window: isSliding || !isListed ? window : null,
      cached: layer < owners,
    };
  });
  const attending = layers.filter((layer) => layer.kvHeads > 0);
  return attending.some(({ keySize, valueSize }) => keySize === 0 || valueSize === 0) ? null : attending;
}

const rowBytesOf = ({ kvHeads, keySize, valueSize }: Layer) => kvHeads * (keySize + valueSize) * KV_BYTES;

/** Bytes that one token adds to the KV cache; null where the metadata does not tell. */
export function kvBytesPerToken(file: GgufFile): number | null {
  return (
    attentionLayers(file)
      ?.filter(({ cached }) => cached)
      .reduce((sum, layer) => sum + rowBytesOf(layer), 0) ?? null
  );
}

export function cacheOf(file: GgufFile): GraphFacts['kv'] {
  const cached = attentionLayers(file)?.filter((layer) => layer.cached) ?? [];
  if (cached.length === 0) return null;
  const entries = cached.flatMap(({ kvHeads: heads, keySize, valueSize }) =>
    [keySize, valueSize].map((size) => ({ heads, size, type: 'float16' as const })),
  );
  const shapes = new Map(entries.map((shape) => [`${shape.heads} ${shape.size}`, shape]));
  const bytesPerToken = cached.reduce((sum, layer) => sum + rowBytesOf(layer), 0);
  return { layers: cached.length, shapes: [...shapes.values()], bytesPerToken, shareable: true };
}

/** Layers that are alike, together. */
export function attentionOf(file: GgufFile): AttentionWork[] {
  const groups = new Map<string, AttentionWork>();
  for (const layer of attentionLayers(file) ?? []) {
    const alike = {
      queryHeads: layer.heads,
      keySize: layer.keySize,
      valueSize: layer.valueSize,
      arithmetic: 'fp16' as const,
      rowBytes: rowBytesOf(layer),
      window: layer.window,
    };
    const name = JSON.stringify(alike);
    groups.set(name, { layers: (groups.get(name)?.layers ?? 0) + 1, ...alike });
  }
  return [...groups.values()];
}
