// How many parameters of the model a tensor of its graph holds.
import { type Initializer, integerOf } from './model.js';
import { type Use, VIEWS } from './uses.js';

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
/** Inputs of QMoE that hold packed weights of all experts. */
const QMOE_WEIGHTS = [2, 5, 8];
const ROTARY_TABLE = /(cos|sin)_cache(d)?$/;

/** A packed weight counts as its unpacked elements; scales, zero points and tables count as none. */
export function parametersIn(tensor: Initializer, uses: Map<string, Use[]>): number {
  if (tensor.type === 'int64' || tensor.type === 'int32' || tensor.type === 'bool') return 0;
  if (ROTARY_TABLE.test(tensor.name)) return 0;
  const elements = tensor.dims.reduce((a, b) => a * b, 1);
  let parameters = 0;
  for (const { node, index } of uses.get(tensor.name) ?? []) {
    if (NOT_PARAMETERS[node.opType]?.includes(index) || VIEWS.has(node.opType)) continue;
    if (node.opType === 'MatMulNBits' && index === 1) {
      parameters = Math.max(parameters, integerOf(node, 'N', 0) * integerOf(node, 'K', 0));
    } else if (node.opType === 'GatherBlockQuantized' && index === 0 && tensor.type === 'uint8') {
      parameters = Math.max(parameters, (elements * 8) / integerOf(node, 'bits', 4));
    } else if (node.opType === 'QMoE' && QMOE_WEIGHTS.includes(index)) {
      parameters = Math.max(parameters, (elements * 8) / integerOf(node, 'expert_weight_bits', 4));
    } else if (elements > 1) parameters = Math.max(parameters, elements);
  }
  return parameters;
}
