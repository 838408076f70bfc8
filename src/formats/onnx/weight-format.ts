// In which formats a graph multiplies its weights: operator, bits, blocks, accuracy level.
import type { WeightFormat } from '../../contract/graph-facts.js';
import { ELEMENT_TYPES, type Initializer, integerOf, type Node, type OnnxModel, rowOf } from './model.js';
import { isProduct } from './operators.js';
import { viewOrigins } from './uses.js';

/** The input that holds zero points, for operators that may have them. */
const ZERO_POINTS: Record<string, number> = { MatMulNBits: 3, QMoE: 11 };

/** The most frequent format first. `parameters`: by tensor name, 0 for scales and tables. */
export function formatsOf(model: OnnxModel, parameters: Map<string, number>): WeightFormat[] {
  const origin = viewOrigins(model.nodes);
  const formats = new Map<string, WeightFormat>();
  const types = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  for (const node of model.nodes) {
    if (!isProduct(node.opType)) continue;
    const weight = node.inputs.map((name) => origin(name)).find((name) => (parameters.get(name) ?? 0) > 0);
    if (weight === undefined) continue;
    const format = formatOf(node, types.get(weight));
    const key = Object.values(format).join(' ');
    const known = formats.get(key);
    if (known === undefined) formats.set(key, { ...format, nodes: 1 });
    else known.nodes++;
  }
  return [...formats.values()].sort((a, b) => b.nodes - a.nodes);
}

export function formatOf(node: Node, weight: Initializer | undefined): Omit<WeightFormat, 'nodes'> {
  const packed = node.opType === 'MatMulNBits' || node.opType === 'MatMulBnb4';
  const experts = node.opType === 'QMoE';
  return {
    operator: node.opType,
    bits: experts ? integerOf(node, 'expert_weight_bits', 4) : packed ? integerOf(node, 'bits', 4) : bitsOf(weight),
    blockSize: packed ? integerOf(node, 'block_size', 32) : experts ? integerOf(node, 'block_size', 0) || null : null,
    accuracyLevel: node.opType === 'MatMulNBits' ? integerOf(node, 'accuracy_level', 0) : null,
    zeroPoints: (node.inputs[rowOf(ZERO_POINTS, node.opType) ?? node.inputs.length] ?? '') !== '',
  };
}

export function bitsOf(tensor: Initializer | undefined): number {
  return tensor?.type ? ELEMENT_TYPES[tensor.type].bits : 32;
}
