// Quantises a float head, which every token reads whole, to 4 or 8 bits. An embedding that is tied to it uses the same
// integers, so that the table is stored once.
import { headNode } from '../embedding-and-head.js';
import { type FloatType, type Initializer, integerOf, isFloatType, type Node, nodeOf } from '../model.js';
import {
  type Draft,
  freeName,
  int64Tensor,
  type Outcome,
  prune,
  type RewriteOptions,
  tensorOf,
  type Wiring,
  wiringOf,
} from './draft.js';
import { blockSizeFor, type Recipe } from './recipe.js';

const INTEGERS = 4;

interface Head {
  node: Node;
  table: Initializer & { type: FloatType };
  rows: number;
  columns: number;
  /** The source holds it as [columns, rows]. */
  transposed: boolean;
}

export function quantiseHead(draft: Draft, { headBits: bits }: RewriteOptions): Outcome {
  const { model } = draft;
  const wiring = wiringOf(model);
  const head = headOf(wiring);
  if (typeof head === 'string') return { skipped: head };
  const { node, table, rows, columns, transposed } = head;
  const blockSize = blockSizeFor(columns);
  if (blockSize === null) return { skipped: `rows of ${columns} cannot be cut into blocks` };
  const made = new Map(draft.made);
  const matrix = { kind: 'floats', rows, columns, tensor: table, transposed } as const;
  const format = { bits, blockSize, scaleType: table.type };
  const make = (part: 'values' | 'scales', tensor: Initializer): Initializer => {
    made.set(tensor.name, { kind: 'blocks', part, of: matrix, format } satisfies Recipe);
    return tensor;
  };
  const perRow = columns / blockSize;
  const rowBytes = (columns * bits) / 8;
  const named = (suffix: string) => freeName(model, `${table.name}_${suffix}`);
  const values = make('values', tensorOf(named(`Q${bits}`), 'uint8', [rows, perRow, (blockSize * bits) / 8]));
  const scales = make('scales', tensorOf(named('scales'), table.type, [rows, perRow]));
  const product = nodeOf(
    'MatMulNBits',
    `${node.name}_Q${bits}`,
    [node.inputs[0]!, values.name, scales.name],
    { K: columns, N: rows, bits, block_size: blockSize, accuracy_level: INTEGERS },
    node.outputs,
  );
  const flat = int64Tensor(freeName(model, 'head_rows'), [rows, rowBytes]);
  const lookUp = transposed ? undefined : wiring.users.get(table.name)?.find((user) => isLookUp(user, table.name));
  const embedding =
    lookUp === undefined ? [] : rowsOf(lookUp, { values, scales, flat, attributes: { bits, block_size: blockSize } });
  const nodes = model.nodes.flatMap((old) => (old === node ? [product] : old === lookUp ? embedding : [old]));
  const initializers = [...model.initializers, values, scales, ...(lookUp === undefined ? [] : [flat])];
  const opsets = { ...model.opsets, 'com.microsoft': model.opsets['com.microsoft'] ?? 1 };
  return {
    draft: prune({ model: { ...model, opsets, nodes, initializers }, made }),
    did: `a head of ${bits} bits in blocks of ${blockSize}${lookUp === undefined ? '' : ', shared with the embedding'}`,
  };
}

/** Returns a sentence with the reason where the head is not a product with a float matrix of the file. */
function headOf(wiring: Wiring): Head | string {
  const node = headNode(wiring.producers);
  if (node === null) return 'no matrix product makes the logits';
  if (node.opType !== 'MatMul') return `the head is a ${node.opType}`;
  const [, weight] = node.inputs as [string, string];
  const view = wiring.producers.get(weight);
  const isTransposed = view?.opType === 'Transpose' && String(view.attributes.perm ?? '1,0') === '1,0';
  const table = wiring.tensors.get(isTransposed ? view.inputs[0]! : weight);
  if (table === undefined || table.dims.length !== 2) return 'the weights of the head are not in the file';
  if (!isFloatType(table.type)) return `the head has weights of ${table.type}`;
  const [a, b] = table.dims as [number, number];
  const shape = isTransposed ? { rows: a, columns: b, transposed: false } : { rows: b, columns: a, transposed: true };
  return { node, table: { ...table, type: table.type }, ...shape };
}

function isLookUp(node: Node, table: string): boolean {
  return (
    node.opType === 'Gather' &&
    node.inputs[0] === table &&
    node.inputs[1] === 'input_ids' &&
    integerOf(node, 'axis', 0) === 0
  );
}

/** Nodes that look up the embedding in the integers of the head. */
function rowsOf(
  lookUp: Node,
  p: { values: Initializer; scales: Initializer; flat: Initializer; attributes: { bits: number; block_size: number } },
): Node[] {
  const table = `${p.values.name}/rows`;
  const inputs = [table, lookUp.inputs[1]!, p.scales.name];
  const attributes = { ...p.attributes, gather_axis: 0, quantize_axis: 1 };
  return [
    nodeOf('Reshape', table, [p.values.name, p.flat.name]),
    nodeOf('GatherBlockQuantized', `${lookUp.name}_Q${p.attributes.bits}`, inputs, attributes, lookUp.outputs),
  ];
}
