// Rounding to blocks and back, against float64 arithmetic written out here from the definition of MatMulNBits.
import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../../src/formats/onnx/half.js';
import type { ElementType, Initializer } from '../../../../src/formats/onnx/model.js';
import { integersOf, type ReadTensor, rowsOf, scalesOf } from '../../../../src/formats/onnx/rewrite/matrix.js';
import type { BlockFormat, Matrix, Recipe } from '../../../../src/formats/onnx/rewrite/recipe.js';
import { bytesOf } from '../../../../src/formats/onnx/rewrite/recipe-bytes.js';
import { normal, uniform } from '../../../../src/stats/random.js';
import { halfValue } from '../../../reference/half.js';

const bytesIn = (values: NodeJS.TypedArray) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const stored = (name: string, type: ElementType, dims: number[], values: NodeJS.TypedArray): Initializer => {
  const data = bytesIn(values);
  return { name, type, typeCode: 0, dims, data: { kind: 'inline', bytes: data.length, data } };
};
const read: ReadTensor = ({ data }, start, length) =>
  (data as { data: Uint8Array }).data.subarray(start, start + length);
const draw = normal(1);
const NUMBERS = Float32Array.from({ length: 6 * 128 }, () => draw(0, 0.05));

/** (integer − 2^(bits−1)) · scale in float64; the low half of a byte comes first. */
function value(packed: Uint8Array, scales: ArrayLike<number>, i: number, { bits, blockSize }: BlockFormat): number {
  const integer = bits === 8 ? packed[i]! : (packed[Math.floor(i / 2)]! / (i % 2 === 0 ? 1 : 16)) & 15;
  return (integer - 2 ** (bits - 1)) * scales[Math.floor(i / blockSize)]!;
}

describe.each<BlockFormat>([
  { bits: 4, blockSize: 32, scaleType: 'float32' },
  { bits: 4, blockSize: 128, scaleType: 'float16' },
  { bits: 8, blockSize: 128, scaleType: 'float32' },
  { bits: 8, blockSize: 64, scaleType: 'float16' },
])('$bits bits in blocks of $blockSize with $scaleType scales', (format) => {
  const scales = scalesOf(NUMBERS, format);
  const packed = integersOf(NUMBERS, format);

  it('has the integer nearest to each number, but for the far end of the range', () => {
    NUMBERS.forEach((number, i) => {
      const scale = scales[Math.floor(i / format.blockSize)]!;
      const middle = 2 ** (format.bits - 1);
      const nearest = Math.min(Math.max(number / scale, -middle), middle - 1);
      expect(Math.abs(value(packed, scales, i, format) - nearest * scale)).toBeLessThanOrEqual(
        Math.abs(scale) * 0.5000001,
      );
    });
  });

  it('takes the number furthest from zero to the end of the range, as exactly as the scale is stored', () => {
    for (let block = 0; block < scales.length; block++) {
      const numbers = [...NUMBERS.slice(block * format.blockSize, (block + 1) * format.blockSize)];
      const furthest = numbers.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
      const error = Math.abs(scales[block]! * -(2 ** (format.bits - 1)) - furthest) / Math.abs(furthest);
      expect(error).toBeLessThan(format.scaleType === 'float16' ? 2 ** -11 : 2 ** -23);
    }
  });

  it('gives numbers that were such blocks back, to the rounding of their scale', () => {
    const numbers = Float32Array.from(NUMBERS, (_, i) => value(packed, scales, i, format));
    const again = integersOf(numbers, format);
    const scalesAgain = scalesOf(numbers, format);
    for (let i = 0; i < numbers.length; i++) {
      expect(value(again, scalesAgain, i, format)).toBeCloseTo(numbers[i]!, 6);
    }
  });

  it('is the same however the rows are cut into chunks, and from columns as from rows', () => {
    const turned = new Float32Array(NUMBERS.length);
    for (let row = 0; row < 6; row++) for (let k = 0; k < 128; k++) turned[k * 6 + row] = NUMBERS[row * 128 + k]!;
    const bytes = (of: Matrix, part: 'values' | 'scales') =>
      Buffer.concat([...bytesOf({ kind: 'blocks', part, of, format }, read)]);
    const size = { kind: 'floats', rows: 6, columns: 128 } as const;
    const rows: Matrix = { ...size, tensor: stored('w', 'float32', [6, 128], NUMBERS), transposed: false };
    const columns: Matrix = { ...size, tensor: stored('w', 'float32', [128, 6], turned), transposed: true };
    for (const matrix of [rows, columns]) {
      expect(bytes(matrix, 'values').equals(packed)).toBe(true);
      const found = bytes(matrix, 'scales');
      expect(found.length).toBe(scales.length * (format.scaleType === 'float16' ? 2 : 4));
      expect(format.scaleType === 'float16' ? found.readUInt16LE(0) : found.readFloatLE(0)).toBe(
        format.scaleType === 'float16' ? toFloat16(scales)[0] : scales[0],
      );
    }
  });
});

describe('a row of zeros', () => {
  it('is zeros again', () => {
    const format: BlockFormat = { bits: 4, blockSize: 32, scaleType: 'float32' };
    expect([...scalesOf(new Float32Array(32), format)].map(Math.abs)).toEqual([0]);
    expect([...integersOf(new Float32Array(32), format)]).toEqual(Array(16).fill(0x88));
  });
});

describe('blocks of the source', () => {
  it.each([4, 8] as const)(
    'of %i bits are (integer − zero point) · scale, in rows of an odd number of blocks',
    (bits) => {
      const [rows, columns, blockSize] = [5, 96, 32];
      const next = uniform(bits);
      const random = (count: number) => Uint8Array.from({ length: count }, () => next() * 256);
      const packed = random((rows * columns * bits) / 8);
      const zeroBytes = Math.ceil((3 * bits) / 8);
      const zeros = random(rows * zeroBytes);
      const halves = toFloat16(Float32Array.from({ length: rows * 3 }, () => next() - 0.5));
      const matrix: Matrix = {
        kind: 'blocks',
        rows,
        columns,
        bits,
        blockSize,
        values: stored('v', 'uint8', [rows, 3, (32 * bits) / 8], packed),
        scales: stored('s', 'float16', [rows * 3], halves),
        zeroPoints: stored('z', 'uint8', [rows * zeroBytes], zeros),
      };
      const found = rowsOf(matrix, 1, 4, read);
      expect(found.length).toBe(3 * columns);
      for (let row = 1; row < 4; row++)
        for (let k = 0; k < columns; k++) {
          const block = Math.floor(k / 32);
          const of = (bytes: Uint8Array, from: number, i: number) =>
            bits === 8 ? bytes[from + i]! : i % 2 === 0 ? bytes[from + i / 2]! % 16 : bytes[from + (i - 1) / 2]! >> 4;
          const integer = of(packed, (row * columns * bits) / 8, k);
          const zero = of(zeros, row * zeroBytes, block);
          const expected = (integer - zero) * halfValue(halves[row * 3 + block]!);
          expect(found[(row - 1) * columns + k]).toBeCloseTo(expected, 5);
        }
    },
  );
});

describe('half precision', () => {
  it('is read as every one of its 65,536 patterns means', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    fromFloat16(patterns).forEach((found, i) => {
      if (!Object.is(found, halfValue(i))) expect({ i, found }).toEqual({ i, found: halfValue(i) });
    });
  });
});

describe('tensors one after another', () => {
  it('are their bytes in that order', () => {
    const part = (values: number[]): Recipe => ({
      kind: 'stored',
      tensor: stored('p', 'uint8', [values.length], Uint8Array.from(values)),
    });
    const joined: Recipe = { kind: 'joined', parts: [part([1, 2]), part([3]), part([])] };
    expect([...Buffer.concat([...bytesOf(joined, read)])]).toEqual([1, 2, 3]);
  });
});
