// Larger quantisation blocks: fewer scales to read and apply, at the price of rounding the weights a second time.
import { type FloatType, type Initializer, integerOf, isFloatType, type Node } from '../model.js';
import { type Draft, freeName, isOwn, type Outcome, tensorOf, type Wiring, wiringOf, withAttribute } from './draft.js';
import { blockSizeFor, type Matrix, type Recipe } from './recipe.js';

export function enlargeBlocks(draft: Draft): Outcome {
  const wiring = wiringOf(draft.model);
  const made = new Map(draft.made);
  const added: Initializer[] = [];
  const sizes = new Set<number>();
  let changed = 0;
  const nodes = draft.model.nodes.map((node) => {
    const found = node.opType === 'MatMulNBits' ? blocksOf(node, wiring, made) : null;
    const blockSize = found === null ? null : blockSizeFor(found.columns);
    if (found === null || blockSize === null || blockSize <= found.blockSize) return node;
    const { rows, columns, bits, values, scales } = found;
    const format = { bits, blockSize, scaleType: scales.type as FloatType };
    const perRow = columns / blockSize;
    const make = (part: 'values' | 'scales', tensor: Initializer) => {
      added.push(tensor);
      made.set(tensor.name, { kind: 'blocks', part, of: found, format } satisfies Recipe);
      return tensor.name;
    };
    const named = (name: string) => freeName(draft.model, `${name}_blocks_of_${blockSize}`);
    const inputs = [
      node.inputs[0]!,
      make('values', tensorOf(named(values.name), 'uint8', [rows, perRow, (blockSize * bits) / 8])),
      make('scales', tensorOf(named(scales.name), format.scaleType, [rows, perRow])),
    ];
    // The zero points go, a bias stays.
    if ((node.inputs[5] ?? '') !== '') inputs.push('', '', node.inputs[5]!);
    changed++;
    sizes.add(blockSize);
    return { ...withAttribute(node, 'block_size', blockSize), inputs };
  });
  if (changed === 0) return { skipped: 'no MatMulNBits has blocks that could be larger' };
  const model = { ...draft.model, nodes, initializers: [...draft.model.initializers, ...added] };
  return { draft: { model, made }, did: `${changed} matrices in blocks of ${[...sizes].join(' and ')}, rounded again` };
}

/** The matrix of a MatMulNBits; null unless it is in the source file and no other node uses it. */
function blocksOf(
  node: Node,
  wiring: Wiring,
  made: ReadonlyMap<string, Recipe>,
): Extract<Matrix, { kind: 'blocks' }> | null {
  const [, valuesName = '', scalesName = '', zeroName = '', order = ''] = node.inputs;
  const [values, scales] = [wiring.tensors.get(valuesName), wiring.tensors.get(scalesName)];
  const zeroPoints = zeroName === '' ? null : wiring.tensors.get(zeroName);
  const bits = integerOf(node, 'bits', 4);
  if (values === undefined || scales === undefined || zeroPoints === undefined || order !== '') return null;
  if ((bits !== 4 && bits !== 8) || !isFloatType(scales.type)) return null;
  if (zeroPoints !== null && zeroPoints.type !== 'uint8') return null;
  const names = [valuesName, scalesName, ...(zeroName === '' ? [] : [zeroName])];
  if (names.some((name) => made.has(name) || !isOwn(wiring, name, node))) return null;
  const [rows, columns] = [integerOf(node, 'N', 0), integerOf(node, 'K', 0)];
  const blockSize = integerOf(node, 'block_size', 32);
  return { kind: 'blocks', rows, columns, values, scales, zeroPoints, bits, blockSize };
}
