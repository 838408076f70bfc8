// The graphs that ceilings are measured with: matrix products as in checkpoints, built by the same code. Bandwidth is measured
// with a product of a single row, which reads every byte of the matrix once and uses it once. Pure.
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
const kernel = (operator: string, arithmetic: Arithmetic, format: LinearFormat): Kernel => {
  return { operator, arithmetic, format, activation: arithmetic === 'fp16' ? 'float16' : 'float32' };
};

/** The fastest kernel of an arithmetic is its ceiling. */
export const PRODUCT_KERNELS: Kernel[] = [
  kernel('MatMul', 'fp32', float),
  kernel('MatMulNBits', 'fp32', blocks(4, 32, 0)),
  kernel('MatMul', 'fp16', float),
  kernel('MatMulNBits', 'fp16', blocks(4, 32, 0)),
  kernel('MatMulNBits', 'int8', blocks(4, 128, 4)),
  kernel('MatMulNBits', 'int8', blocks(8, 128, 4)),
  kernel('MatMulInteger', 'int8', { kind: 'dynamic-int8' }),
];

/** On a CPU, float products need the least computing. On GPUs the kernels for a single row differ, so two are tried. */
export const READ_KERNELS: Record<'cpu' | 'gpu', Kernel[]> = {
  cpu: [kernel('MatMul', 'fp32', float)],
  gpu: [kernel('MatMul', 'fp32', float), kernel('MatMulNBits', 'fp32', blocks(4, 32, 0))],
};

export interface Chain {
  rows: number;
  /** The size of each matrix. More than one link needs k = n. */
  k: number;
  n: number;
  /** How many products follow one another, taking the matrices in turn. */
  links: number;
  matrices: number;
}

/** Matrices as inputs lie where the caller puts them. As constants they are packed like those of a checkpoint. */
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

/** Enough rows to be bound by computing on any machine; about a chunk of a prompt. */
const PRODUCT_ROWS = 256;
/** Shapes are tried until a pass is long enough, because one GPU may be a thousand times faster than another. */
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

/** Columns per thread that are read fastest: long runs of addresses, with sums that stay in the cache. */
const COLUMNS_PER_THREAD = 16_384;
const LARGEST_MATRIX = 2 ** 26;

/** One wide matrix whose columns are divided among the threads. */
export function wideMatrix(workingSetBytes: number, threads: number): Chain & { bytes: number } {
  const elements = workingSetBytes / 4;
  const n = Math.min(COLUMNS_PER_THREAD * threads, 16 * Math.floor(elements / 64 / 16));
  const k = Math.floor(elements / n);
  return { rows: 1, k, n, links: 1, matrices: 1, bytes: 4 * k * n };
}

/** How often one launch on a GPU reads its matrices; the next number is tried until a pass is long enough. */
export const READ_ROUNDS = [1, 4, 16, 64];

/** Square matrices that one launch on a GPU reads in turn, `rounds` times over. */
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
