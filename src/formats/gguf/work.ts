// The least work of one token in llama.cpp, from the tensors of a GGUF file; onnx/work.ts does the same for graphs.
import type { AttentionWork, Product, Work } from '../../contract/work.js';
import type { GgufFile } from './file.js';
import { blockOf } from './tensor-types.js';

type Tensor = GgufFile['tensors'][number];

/** `shareOf`: the part of a tensor that one token passes through. */
export function ggufWork(
  file: GgufFile,
  head: Tensor | undefined,
  shareOf: (tensor: Tensor) => number,
  attention: AttentionWork[],
): Work {
  const read = file.tensors.filter((tensor) => tensor.name !== 'token_embd.weight' || tensor === head);
  const products = new Map<string, Product>();
  for (const tensor of read) {
    if (tensor === head || tensor.dims.length < 2) continue;
    const product = productOf(tensor, shareOf(tensor));
    product.operations += products.get(product.operator)?.operations ?? 0;
    products.set(product.operator, product);
  }
  return {
    tokenBytes: Math.round(read.reduce((sum, tensor) => sum + tensor.bytes * shareOf(tensor), 0)),
    products: [...products.values()],
    head: head === undefined ? null : productOf(head, 1),
    attention,
  };
}

/** llama.cpp multiplies quantised weights as integers. */
function productOf({ type, dims }: Tensor, share: number): Product {
  const arithmetic = blockOf(type).elements > 1 ? 'int8' : type === 'F32' ? 'fp32' : 'fp16';
  const operations = Math.round(2 * share * dims.reduce((a, b) => a * b, 1));
  return { operator: `mul_mat ${type}`, arithmetic, operations };
}
