// How a decoder graph is fed: which inputs it has, its KV cache, and whether that cache can be shared in place.
// Read from the graph alone, so that any exporter's file can be driven without its config.json.
import type { ElementType, Node, OnnxModel, ValueInfo } from './model.js';

export interface KvLayer {
  pastKey: string;
  pastValue: string;
  presentKey: string;
  presentValue: string;
}

export interface Decoder {
  layers: KvLayer[];
  kvHeads: number;
  headSize: number;
  kvType: ElementType;
  logitsType: ElementType;
  vocabSize: number | null;
  positionIds: boolean;
  numLogitsToKeep: boolean;
  /** true when past and present may be one buffer: every cache entry goes straight through GroupQueryAttention. */
  shareableKv: boolean;
}

const FED = /^(input_ids|attention_mask|position_ids|num_logits_to_keep|past_key_values\.\d+\.(key|value))$/;

/** The decoder's interface, or the reason (a sentence) why this graph cannot be driven as one. */
export function decoderOf(model: OnnxModel): Decoder | string {
  const initialized = new Set(model.initializers.map((tensor) => tensor.name));
  const inputs = new Map(
    model.inputs.filter((input) => !initialized.has(input.name)).map((input) => [input.name, input]),
  );
  const outputs = new Map(model.outputs.map((output) => [output.name, output]));
  const strange = [...inputs.keys()].filter((name) => !FED.test(name));
  if (strange.length > 0) return `it has inputs that edgeproof cannot feed: ${strange.join(', ')}`;
  if (!inputs.has('input_ids') || !inputs.has('attention_mask')) return 'it has no input_ids or no attention_mask';
  const logits = outputs.get('logits');
  if (logits === undefined) return 'it has no output "logits"';
  if (logits.type !== 'float32' && logits.type !== 'float16')
    return `its logits are ${logits.type ?? 'of an unknown type'}`;

  const indices = new Set(
    [...inputs.keys()]
      .map((name) => /^past_key_values\.(\d+)\./.exec(name)?.[1])
      .filter((index) => index !== undefined),
  );
  const layers = [...indices].map((index) => ({
    pastKey: `past_key_values.${index}.key`,
    pastValue: `past_key_values.${index}.value`,
    presentKey: `present.${index}.key`,
    presentValue: `present.${index}.value`,
  }));
  const first = layers[0];
  if (first === undefined) return 'it has no past_key_values: a decoder without a KV cache';
  for (const layer of layers) {
    const [missing] = [layer.pastKey, layer.pastValue].filter((name) => !inputs.has(name));
    if (missing !== undefined) return `of ${layer.pastKey} and ${layer.pastValue} it has no ${missing}`;
    for (const name of [layer.presentKey, layer.presentValue])
      if (!outputs.has(name)) return `it has no output ${name}`;
  }
  const shape = cacheShape(inputs.get(first.pastKey)!);
  if (typeof shape === 'string') return shape;
  for (const name of layers.flatMap((layer) => [layer.pastKey, layer.pastValue])) {
    const other = cacheShape(inputs.get(name)!);
    if (typeof other === 'string') return other;
    if (other.kvHeads !== shape.kvHeads || other.headSize !== shape.headSize || other.kvType !== shape.kvType) {
      return `${name} is laid out differently from ${first.pastKey}`;
    }
  }
  const width = logits.dims.at(-1);
  return {
    layers,
    ...shape,
    logitsType: logits.type,
    vocabSize: typeof width === 'number' ? width : null,
    positionIds: inputs.has('position_ids'),
    numLogitsToKeep: inputs.has('num_logits_to_keep'),
    shareableKv: layers.every((layer) => throughGroupQueryAttention(model.nodes, layer)),
  };
}

function cacheShape(past: ValueInfo): { kvHeads: number; headSize: number; kvType: ElementType } | string {
  const [, kvHeads, , headSize] = past.dims;
  if (past.dims.length !== 4 || typeof kvHeads !== 'number' || typeof headSize !== 'number') {
    return `${past.name} has shape [${past.dims.join(', ')}]; expected [batch, heads, length, size] with numeric heads and size`;
  }
  if (past.type !== 'float32' && past.type !== 'float16') return `${past.name} is ${past.type ?? 'of an unknown type'}`;
  return { kvHeads, headSize, kvType: past.type };
}

/** GroupQueryAttention takes past at inputs 3 and 4 and returns present at outputs 1 and 2. */
function throughGroupQueryAttention(nodes: Node[], layer: KvLayer): boolean {
  const users = nodes.filter((node) => node.inputs.includes(layer.pastKey) || node.inputs.includes(layer.pastValue));
  const [attention] = users;
  return (
    users.length === 1 &&
    attention!.opType === 'GroupQueryAttention' &&
    attention!.inputs[3] === layer.pastKey &&
    attention!.inputs[4] === layer.pastValue &&
    attention!.outputs[1] === layer.presentKey &&
    attention!.outputs[2] === layer.presentValue
  );
}

/** Bytes that one token adds to the KV cache. */
export function kvBytesPerToken(decoder: Decoder): number {
  return decoder.layers.length * 2 * decoder.kvHeads * decoder.headSize * (decoder.kvType === 'float16' ? 2 : 4);
}
