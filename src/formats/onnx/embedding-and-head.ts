// Facts about both ends of a decoder graph: the table that tokens are looked up in, and the product that makes the
// logits.
import type { Embedding, Head } from '../../contract/graph-facts.js';
import { type Initializer, integerOf, type Node, type OnnxModel } from './model.js';
import { isProduct } from './operators.js';
import { producersOf, viewOrigins } from './uses.js';
import { bitsOf, formatOf } from './weight-format.js';

/** Integers that a graph looks up in a table, but that are no tokens. */
const NOT_TOKENS = /position|segment|type|mask/i;

/** The inputs of operators that look tokens up. */
const EMBEDDINGS: Record<string, { ids: number; table: number }> = {
  Gather: { ids: 1, table: 0 },
  GatherBlockQuantized: { ids: 1, table: 0 },
  EmbedLayerNormalization: { ids: 0, table: 2 },
};

/** How the tensors of a graph are connected. */
interface Wiring {
  model: OnnxModel;
  producers: Map<string, Node>;
  /** The tensor behind a view. */
  origin: (name: string) => string;
  tensors: Map<string, Initializer>;
}

export interface Ends {
  embedding: Embedding | null;
  head: Head | null;
  headNode: Node | null;
  /**
   * The weight of the head, where it is a second copy of the embedding: packed again, but with the very scales of the
   * table. null where there is none, or where a file does not tell.
   */
  copiedTable: string | null;
}

export function endsOf(model: OnnxModel): Ends {
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const wiring = { model, producers: producersOf(model), origin: viewOrigins(model.nodes), tensors };
  const [first, last] = [embeddingNode(wiring), headNode(wiring.producers)];
  const copiedTable = first === null || last === null ? null : copyOf(first, last, wiring);
  return {
    embedding: first === null ? null : embeddingOf(first, wiring),
    head: last === null ? null : headOf(last, first, copiedTable !== null, wiring),
    headNode: last,
    copiedTable,
  };
}

/** The node that looks tokens, an input of the graph, up in a table; null for graphs that do not read tokens. */
function embeddingNode({ model, origin }: Wiring): Node | null {
  const integers = model.inputs.filter(({ type }) => type === 'int64' || type === 'int32');
  const tokens = new Set(integers.map(({ name }) => name).filter((name) => !NOT_TOKENS.test(name)));
  const found = model.nodes.find(({ opType, inputs }) => {
    const ids = EMBEDDINGS[opType]?.ids;
    return ids !== undefined && tokens.has(origin(inputs[ids] ?? ''));
  });
  return found ?? null;
}

/** The name of the tensor that tokens are looked up in. */
function tableOf(node: Node, { origin }: Wiring): string {
  return origin(node.inputs[EMBEDDINGS[node.opType]!.table] ?? '');
}

function embeddingOf(node: Node, wiring: Wiring): Embedding {
  const packed = node.opType === 'GatherBlockQuantized';
  const bits = packed ? integerOf(node, 'bits', 4) : bitsOf(wiring.tensors.get(tableOf(node, wiring)));
  return { operator: node.opType, bits, quantized: bits < 16 };
}

function copyOf(embedding: Node, head: Node, wiring: Wiring): string | null {
  if (embedding.opType !== 'GatherBlockQuantized' || head.opType !== 'MatMulNBits') return null;
  const [tableScales, headScales] = [embedding, head].map(({ inputs }) => wiring.origin(inputs[2] ?? ''));
  const weight = wiring.origin(head.inputs[1] ?? '');
  return tableScales === headScales && weight !== tableOf(embedding, wiring) ? weight : null;
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

function headOf(node: Node, embedding: Node | null, isCopy: boolean, wiring: Wiring): Head {
  const weight = node.inputs
    .map((name) => wiring.tensors.get(wiring.origin(name)))
    .find((tensor) => tensor !== undefined);
  const { bits } = formatOf(node, weight);
  return {
    operator: node.opType,
    bits,
    quantized: bits < 16,
    tied: isCopy || (embedding !== null && tableOf(embedding, wiring) === weight?.name),
    logits: logitsOf(node, wiring),
  };
}

function logitsOf(head: Node, { model, producers }: Wiring): Head['logits'] {
  if (model.inputs.some((input) => input.name === 'num_logits_to_keep')) return 'num_logits_to_keep';
  if (model.outputs.find((output) => output.name === 'logits')?.dims[1] === 1) return 'last position';
  const before = producers.get(head.inputs[0] ?? '');
  return before?.opType === 'Slice' || before?.opType === 'Unsqueeze' ? 'last position' : 'every position';
}
