// Reads the facts of a graph that decide its speed: parameters, bytes by type, operators, quantisation, head, KV cache.
// They are stored with every result, and `models inspect` prints them.
import type { GraphFacts } from '../../contract/graph-facts.js';
import { activeShares } from './active-share.js';
import { type Decoder, decoderOf, kvBytesPerToken } from './decoder-interface.js';
import { embeddingOf, headNode, headOf } from './embedding-and-head.js';
import type { Initializer, Node, OnnxModel, ValueInfo } from './model.js';
import { parametersIn } from './parameters.js';
import { producersOf, usesOf } from './uses.js';
import { formatsOf } from './weight-format.js';
import { workOf } from './work.js';

export function graphFacts(model: OnnxModel): GraphFacts {
  const uses = usesOf(model);
  const found = decoderOf(model);
  const [decoder, notADecoder] = typeof found === 'string' ? [null, found] : [found, null];
  const parameters = new Map(model.initializers.map((tensor) => [tensor.name, parametersIn(tensor, uses)]));
  const shares = activeShares(model);
  const share = (tensor: Initializer) => shares.get(tensor.name) ?? 1;
  const sumOver = (count: (tensor: Initializer) => number) =>
    model.initializers.reduce((sum, tensor) => sum + count(tensor), 0);
  const weightBytesByType: Record<string, number> = {};
  for (const tensor of model.initializers) {
    const type = tensor.type ?? `type ${tensor.typeCode}`;
    weightBytesByType[type] = (weightBytesByType[type] ?? 0) + tensor.data.bytes;
  }
  return {
    producer: model.producer,
    opsets: model.opsets,
    parameters: sumOver((tensor) => parameters.get(tensor.name)!),
    parametersActive: Math.round(sumOver((tensor) => parameters.get(tensor.name)! * share(tensor))),
    weightBytes: sumOver((tensor) => tensor.data.bytes),
    weightBytesActive: Math.round(sumOver((tensor) => tensor.data.bytes * share(tensor))),
    weightBytesByType,
    operators: countOperators(model.nodes),
    formats: formatsOf(model, parameters),
    embedding: embeddingOf(model),
    head: headOf(model),
    kv: decoder === null ? null : kvOf(decoder),
    work: workOf(model, { uses, parameters, shares }, headNode(producersOf(model)), decoder),
    notADecoder,
    inputs: model.inputs.map(described),
    outputs: model.outputs.map(described),
  };
}

function countOperators(nodes: Node[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node.opType, (counts.get(node.opType) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])));
}

function kvOf(decoder: Decoder): GraphFacts['kv'] {
  const shapes = new Map(
    decoder.cache.map(({ heads, size, type }) => [`${heads} ${size} ${type}`, { heads, size, type }]),
  );
  return {
    layers: decoder.layers,
    shapes: [...shapes.values()],
    bytesPerToken: kvBytesPerToken(decoder),
    shareable: decoder.shareableKv,
  };
}

function described({ name, type, dims }: ValueInfo) {
  return { name, type, dims };
}
