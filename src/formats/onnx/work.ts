// The least work of one token, read from the graph: bytes of weights, operations of matrix products, attention over the
// KV cache. A kernel may do more but not less. docs/ceilings.md says how rates follow from it.
import type { Arithmetic, AttentionWork, Product, Work } from '../../contract/work.js';
import type { Decoder, KvEntry } from './decoder-interface.js';
import { byteLength, type Initializer, type Node, type OnnxModel } from './model.js';

/** Inputs, by operator, of which one token reads a single row. */
const TABLES: Record<string, number[]> = {
  Gather: [0],
  GatherBlockQuantized: [0, 2, 3],
  GroupQueryAttention: [7, 8],
  RotaryEmbedding: [2, 3],
};
const INTEGER_PRODUCTS = new Set([
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'QLinearMatMul',
  // Its kernels multiply in floats or integers. Integers are faster, and this is a lower bound.
  'QMoE',
]);

interface Weights {
  /** The nodes that use a tensor, looking through views. */
  usesOf(name: string): { node: Node; index: number }[];
  parametersOf(name: string): number;
  /** The part of a tensor that one token passes through. */
  shareOf(name: string): number;
}

/** `head`: the node that makes the logits. */
export function workOf(model: OnnxModel, weights: Weights, head: Node | null, decoder: Decoder | null): Work {
  const products = new Map<string, Product>();
  const types = new Map(model.initializers.map(({ name, type }) => [name, type]));
  let headProduct: Product | null = null;
  let tokenBytes = 0;
  for (const tensor of model.initializers) {
    const uses = weights.usesOf(tensor.name);
    if (uses.some(({ node, index }) => !TABLES[node.opType]?.includes(index)))
      tokenBytes += tensor.data.bytes * weights.shareOf(tensor.name);
    const operations = 2 * weights.parametersOf(tensor.name) * weights.shareOf(tensor.name);
    for (const { node, index } of uses) {
      if (operations === 0 || !multiplies(node, index)) continue;
      const product = { operator: node.opType, arithmetic: arithmeticOf(node, tensor, types), operations };
      if (node === head) headProduct = product;
      else {
        const key = `${product.operator} ${product.arithmetic}`;
        product.operations += products.get(key)?.operations ?? 0;
        products.set(key, product);
      }
    }
  }
  return {
    tokenBytes: Math.round(tokenBytes),
    products: [...products.values()].map(({ operations, ...rest }) => ({
      ...rest,
      operations: Math.round(operations),
    })),
    head: headProduct,
    attention: decoder === null ? [] : attentionOf(model.nodes, decoder),
  };
}

function multiplies({ opType }: Node, index: number): boolean {
  if (opType === 'QMoE' || opType === 'MoE') return [2, 5, 8].includes(index);
  if (['MatMul', 'Gemm', 'FusedMatMul', 'MatMulNBits', 'MatMulBnb4'].includes(opType)) return index < 2;
  return INTEGER_PRODUCTS.has(opType) && index < (opType === 'QLinearMatMul' ? 4 : 2);
}

function arithmeticOf(
  { opType, attributes, inputs }: Node,
  weight: Initializer,
  types: Map<string, Initializer['type']>,
): Arithmetic {
  if (INTEGER_PRODUCTS.has(opType)) return 'int8';
  if (opType === 'MatMulNBits' && attributes.accuracy_level === 4) return 'int8';
  // Packed weights are multiplied in the type of their scales.
  const type = weight.type === 'uint8' ? types.get(inputs[2] ?? '') : weight.type;
  return type === 'float16' ? 'fp16' : 'fp32';
}

function attentionOf(nodes: Node[], { cache }: Decoder): AttentionWork[] {
  const groups = new Map<string, AttentionWork>();
  for (let i = 0; i < cache.length; i += 2) {
    const [key, value] = [cache[i]!, cache[i + 1]!];
    const node = nodes.find(({ opType, inputs }) => opType === 'GroupQueryAttention' && inputs[3] === key.past);
    const [heads, window] = [node?.attributes.num_heads, node?.attributes.local_window_size];
    const layer = {
      // Without GroupQueryAttention the number is not known; there are at least as many as the cache has.
      queryHeads: typeof heads === 'number' ? heads : key.heads,
      keySize: key.size,
      valueSize: value.size,
      arithmetic: key.type === 'float16' ? ('fp16' as const) : ('fp32' as const),
      rowBytes: rowBytes(key) + rowBytes(value),
      window: typeof window === 'number' && window > 0 ? window : null,
    };
    const name = JSON.stringify(layer);
    groups.set(name, { layers: (groups.get(name)?.layers ?? 0) + 1, ...layer });
  }
  return [...groups.values()];
}

function rowBytes({ heads, size, type }: KvEntry): number {
  return byteLength(type, [heads, size]);
}
