// Facts about both ends of a decoder graph: the table that tokens are looked up in, and the product that makes the
// logits.
import type { Embedding, Head } from '../../contract/graph-facts.js';
import { integerOf, type Node, type OnnxModel } from './model.js';
import { producersOf, viewOrigins } from './uses.js';
import { bitsOf, formatOf, isProduct } from './weight-format.js';

export function embeddingOf(model: OnnxModel): Embedding | null {
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const origin = viewOrigins(model.nodes);
  for (const node of model.nodes) {
    if (node.inputs[1] !== 'input_ids') continue;
    if (node.opType === 'GatherBlockQuantized') {
      return { operator: node.opType, bits: integerOf(node, 'bits', 4), quantized: true };
    }
    if (node.opType === 'Gather') {
      const bits = bitsOf(tensors.get(origin(node.inputs[0] ?? '')));
      return { operator: node.opType, bits, quantized: bits < 16 };
    }
  }
  return null;
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
  const embedding = model.nodes.find((candidate) => candidate.inputs[1] === 'input_ids');
  return {
    operator: node.opType,
    bits,
    quantized: bits < 16,
    tied: embedding !== undefined && origin(embedding.inputs[0] ?? '') === weight?.name,
    logits: logitsOf(model, node, producers),
  };
}

function logitsOf(model: OnnxModel, head: Node, producers: Map<string, Node>): Head['logits'] {
  if (model.inputs.some((input) => input.name === 'num_logits_to_keep')) return 'num_logits_to_keep';
  if (model.outputs.find((output) => output.name === 'logits')?.dims[1] === 1) return 'last position';
  const before = producers.get(head.inputs[0] ?? '');
  return before?.opType === 'Slice' || before?.opType === 'Unsqueeze' ? 'last position' : 'every position';
}
