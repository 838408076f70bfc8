// The graphs of ceilings: valid ONNX, as large and as long as they say.
import { describe, expect, it } from 'vitest';
import { graphFacts } from '../../../src/formats/onnx/facts.js';
import { byteLength } from '../../../src/formats/onnx/model.js';
import { parseModel } from '../../../src/formats/onnx/read.js';
import { encodeModel } from '../../../src/formats/onnx/write.js';
import {
  type Chain,
  chainModel,
  type Kernel,
  PRODUCT_KERNELS,
  READ_KERNELS,
  squareMatrices,
  wideMatrix,
} from '../../../src/machine/ceilings/kernels.js';

const SMALL: Chain = { rows: 4, k: 128, n: 128, links: 3, matrices: 1 };

describe.each(PRODUCT_KERNELS.map((kernel) => ({ kernel, name: `${kernel.operator} ${kernel.arithmetic}` })))(
  '$name',
  ({ kernel }) => {
    it('does as many operations, in the arithmetic that it is listed under', () => {
      const facts = graphFacts(parseModel(encodeModel(chainModel(kernel, SMALL, 'constants').model)));
      expect(facts.operators[kernel.operator]).toBe(3);
      // One matrix, multiplied three times.
      expect(facts.work.products).toEqual([
        { operator: kernel.operator, arithmetic: kernel.arithmetic, operations: 3 * 2 * 128 * 128 },
      ]);
    });
  },
);

const inputBytes = (kernel: Kernel, chain: Chain) =>
  chainModel(kernel, chain, 'inputs').matrices.reduce((sum, { type, dims }) => sum + byteLength(type, dims), 0);

describe('a bandwidth', () => {
  it.each([
    [2 ** 22, 1],
    [2 ** 26, 2],
    [1.75 * 2 ** 27, 6],
    [2 ** 30, 64],
  ])('over %d bytes on %d threads reads these bytes once', (bytes, threads) => {
    const chain = wideMatrix(bytes, threads);
    expect(inputBytes(READ_KERNELS.cpu[0]!, chain)).toBe(chain.bytes);
    expect(chain.bytes / bytes).toBeLessThanOrEqual(1);
    expect(chain.bytes / bytes).toBeGreaterThan(0.99);
  });

  it.each(READ_KERNELS.gpu)('of $operator on a GPU reads its matrices in turn', (kernel) => {
    const chain = squareMatrices(2 ** 28, kernel.format, 4);
    expect(4 * inputBytes(kernel, chain)).toBe(chain.bytes);
    expect(chain.bytes / 4 / 2 ** 28).toBeGreaterThan(0.9);
    expect(chain.bytes / 4 / 2 ** 28).toBeLessThanOrEqual(1);
  });
});
