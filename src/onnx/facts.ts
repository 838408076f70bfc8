// What a graph says about its own speed: parameters, bytes by type, operators, quantisation, head, KV cache.
// These facts move decode speed several-fold, so they are stored with every result (`models inspect` prints them).
import { type Decoder, decoderOf, type KvEntry, kvBytesPerToken } from './decoder.js';
import { activeShares } from './experts.js';
import type { Initializer, Node, OnnxModel, ValueInfo } from './model.js';
import { headNode, type Work, workOf } from './work.js';

export type WeightFormat = {
  operator: string;
  bits: number;
  blockSize: number | null;
  accuracyLevel: number | null;
  /** Whether the weights carry zero points (asymmetric quantisation). */
  zeroPoints: boolean;
  nodes: number;
};

export interface GraphFacts {
  producer: string;
  opsets: Record<string, number>;
  parameters: number;
  /** What one token passes through: of a mixture of experts only the chosen ones; embedding and head count whole. */
  parametersActive: number;
  weightBytes: number;
  weightBytesActive: number;
  weightBytesByType: Record<string, number>;
  operators: Record<string, number>;
  /** Formats of the matrix multiplications, the most frequent first. */
  formats: WeightFormat[];
  embedding: { operator: string; bits: number; quantized: boolean } | null;
  head: {
    operator: string;
    bits: number;
    quantized: boolean;
    tied: boolean;
    logits: 'every position' | 'last position' | 'num_logits_to_keep';
  } | null;
  kv: {
    layers: number;
    /** The distinct shapes of its entries; keys and values may differ. */
    shapes: Pick<KvEntry, 'heads' | 'size' | 'type'>[];
    bytesPerToken: number;
    shareable: boolean;
  } | null;
  /** What one token costs at the least. */
  work: Work;
  /** Why the graph cannot be driven as a decoder; null when it can. */
  notADecoder: string | null;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
}

/** Operators that pass a weight on without computing: a tensor keeps its role through them. */
const VIEWS = new Set([
  'Reshape',
  'Transpose',
  'Slice',
  'Cast',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Flatten',
  'DequantizeLinear',
]);
const MATRIX_OPERATORS = new Set([
  'MatMul',
  'Gemm',
  'FusedMatMul',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'QLinearMatMul',
  'QMoE',
]);
const isProduct = (operator: string) => MATRIX_OPERATORS.has(operator);

/** Inputs (by operator) that hold scales, zero points or tables rather than parameters. */
const NOT_PARAMETERS: Record<string, number[]> = {
  MatMulNBits: [2, 3, 4],
  MatMulBnb4: [2],
  GatherBlockQuantized: [2, 3],
  GroupQueryAttention: [7, 8, 12, 13],
  RotaryEmbedding: [2, 3],
  DequantizeLinear: [1, 2],
  QuantizeLinear: [1, 2],
  MatMulInteger: [2, 3],
  MatMulIntegerToFloat: [2, 3, 4, 5],
  DynamicQuantizeMatMul: [2, 3],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  QMoE: [3, 6, 9, 11, 12, 13],
};
/** Where zero points are, for operators that may have them. */
const ZERO_POINTS: Record<string, number> = { MatMulNBits: 3, QMoE: 11 };
/** Inputs of QMoE that hold packed weights of all experts. */
const QMOE_WEIGHTS = [2, 5, 8];
const ROTARY_TABLE = /(cos|sin)_cache(d)?$/;

interface Use {
  node: Node;
  index: number;
}

export function graphFacts(model: OnnxModel): GraphFacts {
  const uses = usesOf(model);
  const decoder = decoderOf(model);
  const parameters = new Map(model.initializers.map((tensor) => [tensor.name, parametersIn(tensor, uses)]));
  const shares = activeShares(model);
  const share = (tensor: Initializer) => shares.get(tensor.name) ?? 1;
  const weights = {
    usesOf: (name: string) => uses.get(name) ?? [],
    parametersOf: (name: string) => parameters.get(name) ?? 0,
    shareOf: (name: string) => shares.get(name) ?? 1,
  };
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
    kv: typeof decoder === 'string' ? null : kvOf(decoder),
    work: workOf(model, weights, headNode(model, isProduct), typeof decoder === 'string' ? null : decoder),
    notADecoder: typeof decoder === 'string' ? decoder : null,
    inputs: model.inputs,
    outputs: model.outputs,
  };
}

/** For each tensor name, the nodes that compute with it, looking through views. */
function usesOf(model: OnnxModel): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const add = (name: string, use: Use) => {
    const known = uses.get(name);
    if (known === undefined) uses.set(name, [use]);
    else known.push(use);
  };
  for (let n = model.nodes.length - 1; n >= 0; n--) {
    const node = model.nodes[n]!;
    node.inputs.forEach((name, index) => {
      if (name === '') return;
      if (VIEWS.has(node.opType) && index === 0) {
        for (const use of uses.get(node.outputs[0] ?? '') ?? []) add(name, use);
      } else add(name, { node, index });
    });
  }
  return uses;
}

/** Parameters that a tensor stands for: a packed weight counts its logical elements, a scale none. */
function parametersIn(tensor: Initializer, uses: Map<string, Use[]>): number {
  if (tensor.type === 'int64' || tensor.type === 'int32' || tensor.type === 'bool') return 0;
  if (ROTARY_TABLE.test(tensor.name)) return 0;
  const elements = tensor.dims.reduce((a, b) => a * b, 1);
  let parameters = 0;
  for (const { node, index } of uses.get(tensor.name) ?? []) {
    if (NOT_PARAMETERS[node.opType]?.includes(index) || VIEWS.has(node.opType)) continue;
    if (node.opType === 'MatMulNBits' && index === 1) {
      parameters = Math.max(parameters, integer(node, 'N', 0) * integer(node, 'K', 0));
    } else if (node.opType === 'GatherBlockQuantized' && index === 0 && tensor.type === 'uint8') {
      parameters = Math.max(parameters, (elements * 8) / integer(node, 'bits', 4));
    } else if (node.opType === 'QMoE' && QMOE_WEIGHTS.includes(index)) {
      parameters = Math.max(parameters, (elements * 8) / integer(node, 'expert_weight_bits', 4));
    } else if (elements > 1) parameters = Math.max(parameters, elements);
  }
  return parameters;
}

function countOperators(nodes: Node[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node.opType, (counts.get(node.opType) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])));
}

function formatsOf(model: OnnxModel, parameters: Map<string, number>): WeightFormat[] {
  const origin = viewOrigins(model.nodes);
  const formats = new Map<string, WeightFormat>();
  const types = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  for (const node of model.nodes) {
    if (!MATRIX_OPERATORS.has(node.opType)) continue;
    const weight = node.inputs.map((name) => origin(name)).find((name) => (parameters.get(name) ?? 0) > 0);
    if (weight === undefined) continue;
    const format = formatOf(node, types.get(weight));
    const key = JSON.stringify(format);
    const known = formats.get(key);
    if (known === undefined) formats.set(key, { ...format, nodes: 1 });
    else known.nodes++;
  }
  return [...formats.values()].sort((a, b) => b.nodes - a.nodes);
}

function formatOf(node: Node, weight: Initializer | undefined): Omit<WeightFormat, 'nodes'> {
  const packed = node.opType === 'MatMulNBits' || node.opType === 'MatMulBnb4';
  const experts = node.opType === 'QMoE';
  return {
    operator: node.opType,
    bits: experts ? integer(node, 'expert_weight_bits', 4) : packed ? integer(node, 'bits', 4) : bitsOf(weight),
    blockSize: packed ? integer(node, 'block_size', 32) : experts ? integer(node, 'block_size', 0) || null : null,
    accuracyLevel: node.opType === 'MatMulNBits' ? integer(node, 'accuracy_level', 0) : null,
    zeroPoints: (node.inputs[ZERO_POINTS[node.opType] ?? node.inputs.length] ?? '') !== '',
  };
}

function embeddingOf(model: OnnxModel): GraphFacts['embedding'] {
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const origin = viewOrigins(model.nodes);
  for (const node of model.nodes) {
    if (node.inputs[1] !== 'input_ids') continue;
    if (node.opType === 'GatherBlockQuantized') {
      return { operator: node.opType, bits: integer(node, 'bits', 4), quantized: true };
    }
    if (node.opType === 'Gather') {
      const bits = bitsOf(tensors.get(origin(node.inputs[0] ?? '')));
      return { operator: node.opType, bits, quantized: bits < 16 };
    }
  }
  return null;
}

function headOf(model: OnnxModel): GraphFacts['head'] {
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const origin = viewOrigins(model.nodes);
  const node = headNode(model, isProduct);
  if (node === null) return null;
  const weightName = node.inputs.map(origin).find((name) => tensors.has(name));
  const weight = weightName === undefined ? undefined : tensors.get(weightName);
  const { bits } = formatOf(node, weight);
  const embedding = model.nodes.find((candidate) => candidate.inputs[1] === 'input_ids');
  return {
    operator: node.opType,
    bits,
    quantized: bits < 16,
    tied: embedding !== undefined && origin(embedding.inputs[0] ?? '') === weightName,
    logits: logitsOf(model, node, producers),
  };
}

function logitsOf(model: OnnxModel, head: Node, producers: Map<string, Node>) {
  if (model.inputs.some((input) => input.name === 'num_logits_to_keep')) return 'num_logits_to_keep' as const;
  if (model.outputs.find((output) => output.name === 'logits')?.dims[1] === 1) return 'last position' as const;
  const before = producers.get(head.inputs[0] ?? '');
  return before?.opType === 'Slice' || before?.opType === 'Unsqueeze'
    ? ('last position' as const)
    : ('every position' as const);
}

/** Resolves a tensor name to the one it is a view of. */
function viewOrigins(nodes: Node[]): (name: string) => string {
  const views = new Map(
    nodes.filter((node) => VIEWS.has(node.opType)).map((node) => [node.outputs[0], node.inputs[0]]),
  );
  return (name) => {
    let at = name;
    for (let step = 0; step < 16; step++) {
      const before = views.get(at);
      if (before === undefined) break;
      at = before;
    }
    return at;
  };
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

function bitsOf(tensor: Initializer | undefined): number {
  const bits: Record<string, number> = { float16: 16, bfloat16: 16, int8: 8, uint8: 8, int4: 4, uint4: 4, float64: 64 };
  return bits[tensor?.type ?? ''] ?? 32;
}

function integer(node: Node, name: string, absent: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : absent;
}
