// Converts weights of MatMulNBits to those of MatMulIntegerToFloat: blocks along K of [N, K] → int8 [K, N] with one
// step for each column. prefill-graph.ts says where they are used.

/** A matrix of `n` rows of `k`, packed in symmetric blocks of `bits` bits: value = (integer − 2^(bits−1)) · scale. */
export interface BlockShape {
  k: number;
  n: number;
  block: number;
  bits: 4 | 8;
}

/**
 * The largest magnitude of the integers. Kernels for CPUs without dot-product instructions (VNNI) add two products of
 * uint8 and int8 in 16 bits, and 2 · 255 · 64 still fits.
 */
export const LARGEST = 64;
/** Columns that are transposed at a time: a row of them is one cache line. */
const TILE_COLUMNS = 64;

/** The step of each of `n` columns: its largest magnitude is LARGEST steps. 0 for a column of zeros. */
export function columnSteps(packed: Uint8Array, scales: Float32Array, shape: BlockShape): Float32Array {
  const row = new Float32Array(shape.k);
  return Float32Array.from({ length: shape.n }, (_, n) => {
    unpackRow(packed, scales, shape, n, row);
    return largestMagnitude(row) / LARGEST;
  });
}

/** The integers, row after row of [k, n]: the nearest multiple of the column's step. */
export function int8Columns(packed: Uint8Array, scales: Float32Array, shape: BlockShape): Int8Array {
  const { k, n } = shape;
  const columns = new Int8Array(k * n);
  const row = new Float32Array(k);
  const tile = new Int8Array(TILE_COLUMNS * k);
  for (let first = 0; first < n; first += TILE_COLUMNS) {
    const count = Math.min(TILE_COLUMNS, n - first);
    for (let i = 0; i < count; i++) {
      unpackRow(packed, scales, shape, first + i, row);
      const step = Math.fround(largestMagnitude(row) / LARGEST);
      round(row, step === 0 ? 0 : 1 / step, tile, i * k);
    }
    turn(tile, k, count, columns, first, n);
  }
  return columns;
}

function unpackRow(packed: Uint8Array, scales: Float32Array, shape: BlockShape, n: number, row: Float32Array): void {
  const { k, block, bits } = shape;
  const blocks = k / block;
  let at = (n * k * bits) / 8;
  for (let b = 0; b < blocks; b++) {
    const scale = scales[n * blocks + b]!;
    const end = (b + 1) * block;
    if (bits === 8) for (let i = end - block; i < end; i++) row[i] = (packed[at++]! - 128) * scale;
    else
      for (let i = end - block; i < end; i += 2) {
        const pair = packed[at++]!;
        row[i] = ((pair & 15) - 8) * scale;
        row[i + 1] = ((pair >> 4) - 8) * scale;
      }
  }
}

function largestMagnitude(row: Float32Array): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    if (value > high) high = value;
    else if (value < low) low = value;
  }
  return Math.max(high, -low);
}

function round(row: Float32Array, perStep: number, tile: Int8Array, at: number): void {
  // Truncation of a positive number is much faster here than Math.round.
  for (let i = 0; i < row.length; i++) tile[at + i] = ((row[i]! * perStep + 128.5) | 0) - 128;
}

function turn(tile: Int8Array, k: number, count: number, columns: Int8Array, first: number, n: number): void {
  for (let i = 0; i < k; i++) {
    const at = i * n + first;
    for (let j = 0; j < count; j++) columns[at + j] = tile[j * k + i]!;
  }
}
