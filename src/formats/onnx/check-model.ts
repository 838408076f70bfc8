// What no graph may contradict: names are unique, shapes can exist, and attributes that sizes are computed from are sizes.
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import { type Initializer, type Node, type OnnxModel, rowOf, type ValueInfo } from './model.js';
import { WireError } from './protobuf.js';

/** A name in an error message. */
export const quoted = (name: string) => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

export function checkModel(model: OnnxModel): void {
  requireUnique('initializer', model.initializers);
  requireUnique('input', model.inputs);
  requireUnique('output', model.outputs);
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const made = new Set([...tensors.keys(), ...model.inputs.map(({ name }) => name)]);
  for (const node of model.nodes) {
    for (const name of node.outputs) {
      if (name !== '' && made.has(name)) throw new WireError(`node ${quoted(node.name)} makes ${quoted(name)} again`);
      made.add(name);
    }
    checkSizes(node);
    if (node.opType === 'MatMulNBits') checkPacked(node, tensors.get(node.inputs[1] ?? ''));
  }
}

function requireUnique(what: string, named: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw new WireError(`${what} ${quoted(name)} is there twice; names must be unique`);
    seen.add(name);
  }
}

/** Throws unless the number of elements is one that a file can have. */
export function checkShape(what: string, name: string, dims: readonly number[]): void {
  const wrong = dims.find((dim) => !Number.isSafeInteger(dim) || dim < 0);
  const shape = `${what} ${quoted(name)} has the shape [${dims.slice(0, 9).join(', ')}]`;
  if (wrong !== undefined) throw new WireError(`${shape}; expected whole numbers from 0`);
  if (!Number.isSafeInteger(dims.reduce((a, b) => a * b, 1)))
    throw new WireError(`${shape}, which is more than any file holds`);
}

/** Names, and the -1 of some exporters, stand for lengths that only a run knows. */
export function checkValue({ name, dims }: ValueInfo): void {
  checkShape(
    'value',
    name,
    dims.flatMap((dim) => (typeof dim === 'number' && dim !== -1 ? [dim] : [])),
  );
}

type Range = readonly [least: number, most: number];
const BITS: Range = [1, 8];
const BLOCK: Range = [0, FILE_BOUNDS.width];
const HEADS: Range = [1, FILE_BOUNDS.heads];
const CHOSEN: Range = [1, FILE_BOUNDS.heads];

/** Attributes, by operator, that parameters, bytes and work are computed from. */
const SIZES: Record<string, Record<string, Range>> = {
  MatMulNBits: {
    N: [1, FILE_BOUNDS.vocabulary],
    K: [1, FILE_BOUNDS.vocabulary],
    bits: BITS,
    block_size: BLOCK,
    accuracy_level: [0, 9],
  },
  MatMulBnb4: { block_size: BLOCK },
  GatherBlockQuantized: { bits: BITS, block_size: BLOCK },
  MoE: { k: CHOSEN },
  QMoE: { expert_weight_bits: BITS, block_size: BLOCK, k: CHOSEN },
  GroupQueryAttention: { num_heads: HEADS, kv_num_heads: HEADS, local_window_size: [-1, FILE_BOUNDS.context] },
  MultiHeadAttention: { num_heads: HEADS },
  Attention: { num_heads: HEADS },
};

function checkSizes(node: Node): void {
  for (const [name, [least, most]] of Object.entries(rowOf(SIZES, node.opType) ?? {})) {
    const value = node.attributes[name];
    if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) continue;
    const found = typeof value === 'number' ? value : 'not an integer';
    throw new WireError(
      `attribute ${name} of ${node.opType} ${quoted(node.name)} is ${found}; expected ${least} to ${most}`,
    );
  }
}

/** The matrix of N rows and K columns must be the one that the packed weights hold. */
function checkPacked(node: Node, weights: Initializer | undefined): void {
  const { N, K, bits = 4 } = node.attributes;
  if (weights === undefined || typeof N !== 'number' || typeof K !== 'number' || typeof bits !== 'number') return;
  const needed = Math.ceil((N * K * bits) / 8);
  if (weights.data.bytes >= needed) return;
  throw new WireError(
    `MatMulNBits ${quoted(node.name)} is of ${N} × ${K} at ${bits} bits, but its weights have ${weights.data.bytes} bytes`,
  );
}
