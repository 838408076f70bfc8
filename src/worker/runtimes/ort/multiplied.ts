// The matrix products with weights in profiles of ONNX Runtime: how many tokens they saw, and how many operations their real
// shapes took. Pure.
import { isPlainProduct, isProduct, multiplies } from '../../../formats/onnx/operators.js';
import type { ProfileEvent } from './placement.js';

/** Fused products that edgeproof does not know, such as those of a later version. */
const UNKNOWN_PRODUCT = /MatMul|Gemm|MoE/;

interface Multiplied {
  /** Of the node of each session that saw most: a graph may compute its last layer for the last token alone. */
  seen: number;
  products: number;
  /** null where a product ran whose shapes do not tell, such as fused experts. */
  operations: number | null;
}

/** `profiles`: one of each session; a token goes through one of them. */
export function multipliedIn(profiles: ProfileEvent[][]): Multiplied {
  let [seen, products] = [0, 0];
  let operations: number | null = 0;
  for (const events of profiles) {
    const rowsOf = new Map<string, number>();
    for (const { cat, name, args } of events) {
      const operator = args.op_name ?? '';
      if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
      if (!isProduct(operator) && !UNKNOWN_PRODUCT.test(operator)) continue;
      // Weights that a kernel has packed are no longer an input.
      const [input, matrix = []] = dimsOf(args.input_type_shape);
      const [output] = dimsOf(args.output_type_shape);
      // Products of two activations, as in attention, have batches on both sides; a matrix of weights has none.
      if (multiplies(operator, 0) && matrix.length > 2) continue;
      products++;
      if (input === undefined || output === undefined || !isPlainProduct(operator)) operations = null;
      if (input === undefined) continue;
      const node = `${args.node_index} ${name}`;
      rowsOf.set(node, (rowsOf.get(node) ?? 0) + sizeOf(input.slice(0, -1)));
      if (operations !== null) operations += 2 * sizeOf(output!) * input.at(-1)!;
    }
    seen += Math.max(0, ...rowsOf.values());
  }
  return { seen, products, operations };
}

function dimsOf(tensors: ProfileEvent['args']['input_type_shape']): number[][] {
  return (tensors ?? []).map((tensor) => Object.values(tensor)[0] ?? []);
}

function sizeOf(dims: number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}
