// Reads the facts of a graph that decide its speed: parameters, bytes by type, operators, quantisation, head, KV cache.
// They are stored with every result, and `models inspect` prints them.
import type { GraphFacts } from '../../contract/graph-facts.js';
import { activeShares } from './active-share.js';
import { cacheOf } from './cache-inputs.js';
import { type Decoder, decoderOf, kvBytesPerToken } from './decoder-interface.js';
import { endsOf } from './embedding-and-head.js';
import { inlined, nodesWithin } from './inlined.js';
import { type Initializer, integerOf, type Node, type OnnxModel, type ValueInfo } from './model.js';
import { isParameterOf } from './operators.js';
import { type Use, usesOf, VIEWS } from './uses.js';
import { formatsOf } from './weight-format.js';
import { workOf } from './work.js';

/** Inputs of QMoE that hold packed weights of all experts. */
const QMOE_WEIGHTS = [2, 5, 8];
const ROTARY_TABLE = /(cos|sin)_cache(d)?$/;

export function graphFacts(file: OnnxModel): GraphFacts {
  const { model, running } = inlined(file);
  const uses = usesOf(model);
  const found = decoderOf(file);
  const [decoder, notADecoder] = typeof found === 'string' ? [null, found] : [found, null];
  const parameters = new Map(model.initializers.map((tensor) => [tensor.name, parametersIn(tensor, uses)]));
  const shares = activeShares(model);
  const share = (tensor: Initializer) => shares.get(tensor.name) ?? 1;
  const { embedding, head, headNode, copiedTable } = endsOf(model);
  const counted = (tensor: Initializer) => (tensor.name === copiedTable ? 0 : parameters.get(tensor.name)!);
  const sumOver = (count: (tensor: Initializer) => number) =>
    model.initializers.reduce((sum, tensor) => sum + count(tensor), 0);
  const weightBytesByType: Record<string, number> = {};
  for (const tensor of model.initializers) {
    const type = tensor.type ?? `type ${tensor.typeCode}`;
    weightBytesByType[type] = (weightBytesByType[type] ?? 0) + tensor.data.bytes;
  }
  const atLeast = { ...model, nodes: model.nodes.filter((node) => running.has(node)) };
  const kv = decoder === null ? cacheOf(model) : kvOf(decoder);
  return {
    producer: model.producer,
    opsets: model.opsets,
    parameters: sumOver(counted),
    parametersActive: Math.round(sumOver((tensor) => counted(tensor) * share(tensor))),
    copiedParameters: copiedTable === null ? 0 : parameters.get(copiedTable)!,
    weightBytes: sumOver((tensor) => tensor.data.bytes),
    weightBytesActive: Math.round(sumOver((tensor) => tensor.data.bytes * share(tensor))),
    weightBytesByType,
    operators: countOperators(nodesWithin(file)),
    formats: formatsOf(atLeast, parameters),
    embedding,
    head,
    kv,
    readsTokens: kv !== null || embedding !== null || model.inputs.some(({ name }) => name === 'inputs_embeds'),
    work: workOf(atLeast, { uses: usesOf(atLeast), parameters, shares }, headNode, decoder),
    notADecoder,
    header: null,
    inputs: model.inputs.map(described),
    outputs: model.outputs.map(described),
  };
}

/** A packed weight counts as its unpacked elements; scales, zero points and tables count as none. */
function parametersIn(tensor: Initializer, uses: Map<string, Use[]>): number {
  if (tensor.type === 'int64' || tensor.type === 'int32' || tensor.type === 'bool') return 0;
  if (ROTARY_TABLE.test(tensor.name)) return 0;
  const elements = tensor.dims.reduce((a, b) => a * b, 1);
  let parameters = 0;
  for (const { node, index } of uses.get(tensor.name) ?? []) {
    if (!isParameterOf(node.opType, index) || VIEWS.has(node.opType)) continue;
    if ((node.opType === 'MatMulNBits' || node.opType === 'MatMulBnb4') && index === 1) {
      parameters = Math.max(parameters, integerOf(node, 'N', 0) * integerOf(node, 'K', 0));
    } else if (node.opType === 'GatherBlockQuantized' && index === 0 && tensor.type === 'uint8') {
      parameters = Math.max(parameters, (elements * 8) / integerOf(node, 'bits', 4));
    } else if (node.opType === 'QMoE' && QMOE_WEIGHTS.includes(index)) {
      parameters = Math.max(parameters, (elements * 8) / integerOf(node, 'expert_weight_bits', 4));
    } else if (elements > 1) parameters = Math.max(parameters, elements);
  }
  return parameters;
}

function countOperators(nodes: Iterable<Node>): Record<string, number> {
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
  // -1 is how some exporters write a length that only a run knows.
  return { name, type, dims: dims.map((dim) => (dim === -1 ? null : dim)) };
}
