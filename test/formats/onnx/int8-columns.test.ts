// Columns of int8 hold the blocks they were made from, to half a step; checked against a float64 reading of the blocks.
import { describe, expect, it } from 'vitest';
import { type BlockShape, columnSteps, int8Columns, LARGEST } from '../../../src/formats/onnx/int8-columns.js';
import { uniform } from '../../../src/stats/random.js';

const SHAPES: BlockShape[] = [
  { k: 64, n: 5, block: 32, bits: 4 },
  { k: 256, n: 130, block: 128, bits: 4 },
  { k: 96, n: 65, block: 16, bits: 8 },
];

function blocksOf({ k, n, block, bits }: BlockShape) {
  const random = uniform(11);
  const packed = Uint8Array.from({ length: (n * k * bits) / 8 }, () => Math.floor(random() * 256));
  const scales = Float32Array.from({ length: (n * k) / block }, () => random() - 0.5);
  return { packed, scales };
}

/** value[n][k] as ONNX's documentation of MatMulNBits has it, in double precision. */
function dequantize(packed: Uint8Array, scales: Float32Array, { k, n, block, bits }: BlockShape): number[][] {
  const integer = (at: number) => {
    if (bits === 8) return packed[at]! - 128;
    const pair = packed[at >> 1]!;
    return (at % 2 === 0 ? pair & 0xf : pair >>> 4) - 8;
  };
  return Array.from({ length: n }, (_, row) =>
    Array.from({ length: k }, (_, column) => {
      const at = row * k + column;
      return integer(at) * scales[Math.floor(at / block)]!;
    }),
  );
}

describe.each(SHAPES)('$bits bits, blocks of $block, $n rows of $k', (shape) => {
  const { packed, scales } = blocksOf(shape);
  const expected = dequantize(packed, scales, shape);
  const steps = columnSteps(packed, scales, shape);
  const columns = int8Columns(packed, scales, shape);

  it('takes the largest magnitude of a column for 64 steps', () => {
    expected.forEach((row, n) => {
      expect(steps[n]).toBeCloseTo(Math.max(...row.map(Math.abs)) / LARGEST, 6);
    });
    expect(Math.max(...columns)).toBeLessThanOrEqual(LARGEST);
    expect(Math.min(...columns)).toBeGreaterThanOrEqual(-LARGEST);
  });

  it('puts row n of the blocks into column n, each value to half a step', () => {
    expected.forEach((row, n) => {
      const errors = row.map((value, k) => Math.abs(columns[k * shape.n + n]! * steps[n]! - value));
      expect(Math.max(...errors)).toBeLessThanOrEqual(steps[n]! * 0.50001);
    });
  });
});

it('a column of zeros stays one', () => {
  const shape: BlockShape = { k: 32, n: 2, block: 16, bits: 4 };
  const packed = new Uint8Array(32).fill(0x9f);
  const scales = Float32Array.of(0, 0, 1, 1);
  expect([...columnSteps(packed, scales, shape)]).toEqual([0, 7 / 64]);
  const columns = int8Columns(packed, scales, shape);
  expect([...columns].filter((_, i) => i % 2 === 0).every((value) => value === 0)).toBe(true);
});
