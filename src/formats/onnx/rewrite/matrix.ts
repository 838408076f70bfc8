// Reads the numbers of a matrix from the source, a few rows at a time, and rounds them to integers in blocks.
import { fromFloat16, toFloat16 } from '../half.js';
import { byteLength, type Initializer } from '../model.js';
import type { BlockFormat, Matrix } from './recipe.js';

/** Reads `length` bytes of a tensor of the source, from byte `start` of the tensor on. */
export type ReadTensor = (tensor: Initializer, start: number, length: number) => Uint8Array;

/** Rows `start` to `end` (exclusive), one after the other. */
export function rowsOf(matrix: Matrix, start: number, end: number, read: ReadTensor): Float32Array {
  if (matrix.kind === 'blocks') return dequantised(matrix, start, end, read);
  const { tensor, columns, rows, transposed } = matrix;
  const width = byteLength(tensor.type!, [1]);
  if (!transposed) return floatsOf(tensor, read(tensor, start * columns * width, (end - start) * columns * width));
  const count = end - start;
  const values = new Float32Array(count * columns);
  for (let column = 0; column < columns; column++) {
    const piece = floatsOf(tensor, read(tensor, (column * rows + start) * width, count * width));
    for (let row = 0; row < count; row++) values[row * columns + column] = piece[row]!;
  }
  return values;
}

function dequantised(matrix: Extract<Matrix, { kind: 'blocks' }>, start: number, end: number, read: ReadTensor) {
  const { columns, bits, blockSize, values, scales, zeroPoints } = matrix;
  const perRow = Math.ceil(columns / blockSize);
  const rowBytes = (perRow * blockSize * bits) / 8;
  const zeroBytes = Math.ceil((perRow * bits) / 8);
  const width = byteLength(scales.type!, [1]);
  const count = end - start;
  const packed = read(values, start * rowBytes, count * rowBytes);
  const scale = floatsOf(scales, read(scales, start * perRow * width, count * perRow * width));
  const zeros = zeroPoints === null ? null : read(zeroPoints, start * zeroBytes, count * zeroBytes);
  const middle = 2 ** (bits - 1);
  const numbers = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    for (let block = 0; block < perRow; block++) {
      const zero = zeros === null ? middle : integerAt(zeros, row * zeroBytes, block, bits);
      const factor = scale[row * perRow + block]!;
      const last = Math.min((block + 1) * blockSize, columns);
      for (let column = block * blockSize; column < last; column++)
        numbers[row * columns + column] = (integerAt(packed, row * rowBytes, column, bits) - zero) * factor;
    }
  }
  return numbers;
}

/** The low half of a byte comes first. */
function integerAt(bytes: Uint8Array, from: number, index: number, bits: 4 | 8): number {
  if (bits === 8) return bytes[from + index]!;
  return (bytes[from + (index >> 1)]! >> ((index & 1) * 4)) & 15;
}

/**
 * The scale of each block: the number furthest from zero becomes the lowest integer, as in ONNX Runtime's quantiser
 * (matmul_nbits_quantizer.py).
 */
export function scalesOf(numbers: Float32Array, { bits, blockSize, scaleType }: BlockFormat): Float32Array {
  const scales = new Float32Array(numbers.length / blockSize);
  for (let block = 0; block < scales.length; block++) {
    let furthest = 0;
    for (let i = block * blockSize; i < (block + 1) * blockSize; i++)
      if (Math.abs(numbers[i]!) > Math.abs(furthest)) furthest = numbers[i]!;
    scales[block] = furthest / -(2 ** (bits - 1));
  }
  // Integers must be chosen for the scale that is stored, which is rounded too.
  return scaleType === 'float16' ? fromFloat16(toFloat16(scales)) : scales;
}

/** The integers of `numbers`, packed; the low half of a byte comes first. */
export function integersOf(numbers: Float32Array, format: BlockFormat): Uint8Array {
  const { bits, blockSize } = format;
  const scales = scalesOf(numbers, format);
  const middle = 2 ** (bits - 1);
  const packed = new Uint8Array((numbers.length * bits) / 8);
  for (let block = 0; block < scales.length; block++) {
    const inverse = scales[block] === 0 ? 0 : 1 / scales[block]!;
    for (let i = block * blockSize; i < (block + 1) * blockSize; i++) {
      const integer = Math.min(Math.max(Math.round(numbers[i]! * inverse) + middle, 0), 2 * middle - 1);
      if (bits === 8) packed[i] = integer;
      else packed[i >> 1]! |= integer << ((i & 1) * 4);
    }
  }
  return packed;
}

export function bytesOfScales(scales: Float32Array, { scaleType }: BlockFormat): Uint8Array {
  return new Uint8Array((scaleType === 'float16' ? toFloat16(scales) : scales).buffer);
}

function floatsOf({ type }: Initializer, bytes: Uint8Array): Float32Array {
  // A Buffer may be a window on other bytes, and its own slice() is one, too.
  const aligned = Uint8Array.from(bytes).buffer;
  return type === 'float16' ? fromFloat16(new Uint16Array(aligned)) : new Float32Array(aligned);
}
