// The graphs that ceilings are measured with: matrix products as checkpoints have them, built by the same code.
// A bandwidth is a product with a single row: every byte of the matrix is read once and used once. Pure.

import type { Arithmetic } from '../../contract/work.js';
import { createGraphBuilder, type PlannedWeight, planExternalData } from '../../formats/onnx/graph-builder.js';
import type { OnnxModel } from '../../formats/onnx/model.js';
import { type ActivationType, type LinearFormat, linear } from '../../networks/blocks/linear.js';
import { weightChunks } from '../../networks/random-weights.js';

export interface Kernel {
  operator: string;
  arithmetic: Arithmetic;
  format: LinearFormat;
  activation: ActivationType;
}

const float: LinearFormat = { kind: 'float' };
const blocks = (bits: 4 | 8, largestBlock: 32 | 128, accuracyLevel: 0 | 4): LinearFormat => ({
  kind: 'blocks',
  bits,
  largestBlock,
  accuracyLevel,
});
const kernel = (
  operator: string,
  arithmetic: Arithmetic,
  format: LinearFormat,
  activation: ActivationType = arithmetic === 'fp16' ? 'float16' : 'float32',
): Kernel => ({ operator, arithmetic, format, activation });

/** The best of an arithmetic is its ceiling. */
export const PRODUCT_KERNELS: Kernel[] = [
  kernel('MatMul', 'fp32', float),
  kernel('MatMulNBits', 'fp32', blocks(4, 32, 0)),
  kernel('MatMul', 'fp16', float),
  kernel('MatMulNBits', 'fp16', blocks(4, 32, 0)),
  kernel('MatMulNBits', 'int8', blocks(4, 128, 4)),
  kernel('MatMulNBits', 'int8', blocks(8, 128, 4)),
  kernel('MatMulInteger', 'int8', { kind: 'dynamic-int8' }),
];

/** On a processor floats need the least computing; on a GPU the kernels of single rows differ, so that two are tried. */
export const READ_KERNELS: Record<'cpu' | 'gpu', Kernel[]> = {
  cpu: [kernel('MatMul', 'fp32', float)],
  gpu: [kernel('MatMul', 'fp32', float), kernel('MatMulNBits', 'fp32', blocks(4, 32, 0))],
};

export interface Chain {
  rows: number;
  /** Of each matrix; more than one link needs k = n. */
  k: number;
  n: number;
  /** Products, one after the other, over these many matrices in turn. */
  links: number;
  matrices: number;
}

/** Matrices as inputs lie where the caller puts them; as constants they are packed as those of a checkpoint are. */
export function chainModel(
  { format, activation }: Kernel,
  { rows, k, n, links, matrices }: Chain,
  as: 'inputs' | 'constants',
): { model: OnnxModel; matrices: PlannedWeight[] } {
  const b = createGraphBuilder();
  let at = b.input('x', activation, [rows, k]);
  for (let link = 0; link < links; link++) {
    at = linear(b, format, activation, { node: `/link_${link}`, weight: `matrix_${link % matrices}`, input: at, k, n });
  }
  b.renameLastOutput('y');
  b.output('y', activation, [rows, n]);
  const weights = [...new Map(b.graph.weights.map((weight) => [weight.name, weight])).values()];
  if (as === 'inputs') {
    const inputs = [...b.graph.inputs, ...weights.map(({ name, type, dims }) => ({ name, type, dims }))];
    return { model: planExternalData({ ...b.graph, weights: [], inputs }, '').model, matrices: weights };
  }
  const { model, weights: placed } = planExternalData({ ...b.graph, weights }, '');
  const bytesOf = new Map(placed.map((weight) => [weight.name, Buffer.concat([...weightChunks(weight, 1)])]));
  const initializers = model.initializers.map((tensor) => {
    const data = bytesOf.get(tensor.name);
    return data === undefined ? tensor : { ...tensor, data: { kind: 'inline' as const, bytes: data.length, data } };
  });
  return { model: { ...model, initializers }, matrices: weights };
}

/** Rows of a product: bound by computing on any machine, and about a chunk of a prompt. */
const PRODUCT_ROWS = 256;
/** A processor takes the first; a GPU may be a thousand times slower or faster, and goes on until a pass is long enough. */
export const PRODUCT_SHAPES = {
  cpu: [{ size: 2048, links: 1 }],
  gpu: [
    { size: 256, links: 1 },
    { size: 1024, links: 1 },
    { size: 4096, links: 1 },
    { size: 4096, links: 16 },
    { size: 4096, links: 64 },
  ],
};

export function productChain({ size, links }: { size: number; links: number }): Chain & { operations: number } {
  const shape = { rows: PRODUCT_ROWS, k: size, n: size, links, matrices: 1 };
  return { ...shape, operations: 2 * PRODUCT_ROWS * size ** 2 * links };
}

/** Columns per thread at which a single row is read fastest: long runs of addresses, sums that stay in the cache. */
const COLUMNS_PER_THREAD = 16_384;
const LARGEST_MATRIX = 2 ** 26;

/** One wide matrix, whose columns the threads share. */
export function wideMatrix(workingSetBytes: number, threads: number): Chain & { bytes: number } {
  const elements = workingSetBytes / 4;
  const n = Math.min(COLUMNS_PER_THREAD * threads, 16 * Math.floor(elements / 64 / 16));
  const k = Math.floor(elements / n);
  return { rows: 1, k, n, links: 1, matrices: 1, bytes: 4 * k * n };
}

/** How often one launch of a GPU reads its matrices, until a pass is long enough. */
export const READ_ROUNDS = [1, 4, 16, 64];

/** Square matrices in turn, `rounds` times over: one launch of a GPU reads them all. */
export function squareMatrices(
  workingSetBytes: number,
  format: LinearFormat,
  rounds: number,
): Chain & { bytes: number } {
  const elementBytes = format.kind === 'blocks' ? format.bits / 8 + 4 / format.largestBlock : 4;
  const matrices = Math.max(1, Math.ceil(workingSetBytes / LARGEST_MATRIX));
  const n = 128 * Math.max(1, Math.floor(Math.sqrt(workingSetBytes / matrices / elementBytes) / 128));
  const links = matrices * rounds;
  return { rows: 1, k: n, n, links, matrices, bytes: Math.round(links * n * n * elementBytes) };
}
