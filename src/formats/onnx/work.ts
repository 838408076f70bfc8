// The least work of one token, read from the graph: bytes of weights, operations of matrix products, attention over the
// KV cache. A kernel may do more but not less. docs/ceilings.md says how rates follow from it.
import type { Arithmetic, AttentionWork, Product, Work } from '../../contract/work.js';
import { type Decoder, keyAndValue, rowBytesOf } from './decoder-interface.js';
import type { Initializer, Node, OnnxModel } from './model.js';
import { multiplies, multipliesIntegers, readsRowOf } from './operators.js';
import type { Use } from './uses.js';

/** By tensor name. */
interface Weights {
  /** By the nodes that run. */
  uses: Map<string, Use[]>;
  parameters: Map<string, number>;
  /** The part that one token passes through, if not all. */
  shares: Map<string, number>;
}

/** `head`: the node that makes the logits. */
export function workOf(model: OnnxModel, weights: Weights, head: Node | null, decoder: Decoder | null): Work {
  const products = new Map<string, Product>();
  const types = new Map(model.initializers.map(({ name, type }) => [name, type]));
  let headProduct: Product | null = null;
  let tokenBytes = 0;
  for (const tensor of model.initializers) {
    const uses = weights.uses.get(tensor.name) ?? [];
    const share = weights.shares.get(tensor.name) ?? 1;
    if (uses.some(({ node, index }) => !readsRowOf(node.opType, index))) tokenBytes += tensor.data.bytes * share;
    const operations = 2 * weights.parameters.get(tensor.name)! * share;
    for (const { node, index } of uses) {
      if (operations === 0 || !multiplies(node.opType, index)) continue;
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
    products: [...products.values()].map((product) => ({ ...product, operations: Math.round(product.operations) })),
    head: headProduct,
    attention: decoder === null ? [] : attentionOf(model.nodes, decoder),
  };
}

function arithmeticOf(
  { opType, attributes, inputs }: Node,
  weight: Initializer,
  types: Map<string, Initializer['type']>,
): Arithmetic {
  if (multipliesIntegers(opType)) return 'int8';
  if (opType === 'MatMulNBits' && attributes.accuracy_level === 4) return 'int8';
  // Packed weights are multiplied in the type of their scales.
  const type = weight.type === 'uint8' ? types.get(inputs[2] ?? '') : weight.type;
  return type === 'float16' ? 'fp16' : 'fp32';
}

function attentionOf(nodes: Node[], { cache }: Decoder): AttentionWork[] {
  const groups = new Map<string, AttentionWork>();
  for (const [key, value] of keyAndValue(cache)) {
    const node = nodes.find(({ opType, inputs }) => opType === 'GroupQueryAttention' && inputs[3] === key.past);
    const [heads, window] = [node?.attributes.num_heads, node?.attributes.local_window_size];
    const layer = {
      // Without GroupQueryAttention the number is not known; there are at least as many as the cache has.
      queryHeads: typeof heads === 'number' ? heads : key.heads,
      keySize: key.size,
      valueSize: value.size,
      arithmetic: key.type === 'float16' ? ('fp16' as const) : ('fp32' as const),
      rowBytes: rowBytesOf(key) + rowBytesOf(value),
      window: typeof window === 'number' && window > 0 ? window : null,
    };
    const name = JSON.stringify(layer);
    groups.set(name, { layers: (groups.get(name)?.layers ?? 0) + 1, ...layer });
  }
  return [...groups.values()];
}
