// Sets accuracy level 4: MatMulNBits then rounds activations to 8 bits, block by block, and multiplies integers.
// Weights do not change.
import { integerOf, type Node } from '../model.js';
import { type Draft, type Outcome, withAttribute } from './draft.js';

const INTEGERS = 4;

export function raiseAccuracyLevel(draft: Draft): Outcome {
  const types = new Map(draft.model.initializers.map((tensor) => [tensor.name, tensor.type]));
  let changed = 0;
  const nodes = draft.model.nodes.map((node) => {
    if (node.opType !== 'MatMulNBits' || integerOf(node, 'accuracy_level', 0) === INTEGERS) return node;
    if (!hasIntegerKernel(node, types.get(node.inputs[3] ?? '') ?? null)) return node;
    changed++;
    return withAttribute(node, 'accuracy_level', INTEGERS);
  });
  if (changed === 0) return { skipped: 'no 4- or 8-bit MatMulNBits has another accuracy level' };
  return { draft: { ...draft, model: { ...draft.model, nodes } }, did: `${changed} products at accuracy level 4` };
}

/** There is none for zero points in floats or for reordered columns. */
function hasIntegerKernel(node: Node, zeroPointType: string | null): boolean {
  const bits = integerOf(node, 'bits', 4);
  const zeroPoints = node.inputs[3] ?? '';
  return (
    (bits === 4 || bits === 8) && (zeroPoints === '' || zeroPointType === 'uint8') && (node.inputs[4] ?? '') === ''
  );
}
