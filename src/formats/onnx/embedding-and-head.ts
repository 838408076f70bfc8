// Facts about both ends of a decoder graph: the table that tokens are looked up in, and the product that makes the
// logits.
import type { Embedding, Head } from '../../contract/graph-facts.js';
import { integerOf, type Node, type OnnxModel } from './model.js';
import { isProduct } from './operators.js';
import { producersOf, viewOrigins } from './uses.js';
import { bitsOf, formatOf } from './weight-format.js';

/** Integers that a graph looks up in a table, but that are no tokens. */
const NOT_TOKENS = /position|segment|type|mask/i;

/** The node that looks tokens, an input of the graph, up in a table; null for graphs that do not read tokens. */
export function embeddingNode(model: OnnxModel): Node | null {
  const tokens = new Set(
    model.inputs
      .filter(({ name, type }) => (type === 'int64' || type === 'int32') && !NOT_TOKENS.test(name))
      .map(({ name }) => name),
  );
  const origin = viewOrigins(model.nodes);
  const found = model.nodes.find(({ opType, inputs }) => {
    const ids = EMBEDDINGS[opType]?.ids;
    return ids !== undefined && tokens.has(origin(inputs[ids] ?? ''));
  });
  return found ?? null;
}

/** The inputs of operators that look tokens up. */
const EMBEDDINGS: Record<string, { ids: number; table: number }> = {
  Gather: { ids: 1, table: 0 },
  GatherBlockQuantized: { ids: 1, table: 0 },
  EmbedLayerNormalization: { ids: 0, table: 2 },
};

/** The name of the tensor that tokens are looked up in. */
function tableOf(node: Node, origin: (name: string) => string): string {
  return origin(node.inputs[EMBEDDINGS[node.opType]!.table] ?? '');
}

export function embeddingOf(model: OnnxModel): Embedding | null {
  const node = embeddingNode(model);
  if (node === null) return null;
  const table = tableOf(node, viewOrigins(model.nodes));
  const bits =
    node.opType === 'GatherBlockQuantized'
      ? integerOf(node, 'bits', 4)
      : bitsOf(model.initializers.find(({ name }) => name === table));
  return { operator: node.opType, bits, quantized: bits < 16 };
}

/**
 * The weight of the head, where it is a second copy of the embedding: packed again, but with the very scales of the
 * table. null where there is none, or where a file does not tell.
 */
export function copiedTable(model: OnnxModel): string | null {
  const [embedding, head] = [embeddingNode(model), headNode(producersOf(model))];
  if (embedding?.opType !== 'GatherBlockQuantized' || head?.opType !== 'MatMulNBits') return null;
  const origin = viewOrigins(model.nodes);
  const scales = [embedding, head].map(({ inputs }) => origin(inputs[2] ?? ''));
  const weight = origin(head.inputs[1] ?? '');
  return scales[0] === scales[1] && weight !== tableOf(embedding, origin) ? weight : null;
}

/** Between the head's product and the logits: scales, soft caps, casts. */
const MOST_STEPS_TO_LOGITS = 16;

/** The matrix product that makes the logits. */
export function headNode(producers: Map<string, Node>): Node | null {
  let node = producers.get('logits');
  for (let step = 0; step < MOST_STEPS_TO_LOGITS && node !== undefined && !isProduct(node.opType); step++) {
    node = node.inputs.map((name) => producers.get(name)).find((producer) => producer !== undefined);
  }
  return node !== undefined && isProduct(node.opType) ? node : null;
}

export function headOf(model: OnnxModel): Head | null {
  const producers = producersOf(model);
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const origin = viewOrigins(model.nodes);
  const node = headNode(producers);
  if (node === null) return null;
  const weight = node.inputs.map((name) => tensors.get(origin(name))).find((tensor) => tensor !== undefined);
  const { bits } = formatOf(node, weight);
  const embedding = embeddingNode(model);
  return {
    operator: node.opType,
    bits,
    quantized: bits < 16,
    tied: (embedding !== null && tableOf(embedding, origin) === weight?.name) || copiedTable(model) !== null,
    logits: logitsOf(model, node, producers),
  };
}

function logitsOf(model: OnnxModel, head: Node, producers: Map<string, Node>): Head['logits'] {
  if (model.inputs.some((input) => input.name === 'num_logits_to_keep')) return 'num_logits_to_keep';
  if (model.outputs.find((output) => output.name === 'logits')?.dims[1] === 1) return 'last position';
  const before = producers.get(head.inputs[0] ?? '');
  return before?.opType === 'Slice' || before?.opType === 'Unsqueeze' ? 'last position' : 'every position';
}
