// A recipe says how the bytes of a new tensor are made from tensors of the source. It is plain data; recipe-bytes.ts
// follows it.
import type { FloatType, Initializer } from '../model.js';
import type { DerivedWeight } from '../prefill-graph.js';

export type Recipe =
  | { kind: 'stored'; tensor: Initializer }
  /** The parts one behind the other. */
  | { kind: 'joined'; parts: Recipe[] }
  /** The integers of a matrix in blocks along its rows, or the scales of those blocks. */
  | { kind: 'blocks'; part: 'values' | 'scales'; of: Matrix; format: BlockFormat }
  /** A weight of the prefill graph, computed from blocks and scales of the decoder graph. */
  | { kind: 'derived'; weight: DerivedWeight; packed: Recipe; scales: Recipe };

/** The blocks of MatMulNBits without zero points: number = (integer − 2^(bits − 1)) · scale of its block. */
export interface BlockFormat {
  bits: 4 | 8;
  blockSize: number;
  scaleType: FloatType;
}

/** A matrix of the source. A row holds the weights of one output of the product; products sum over the columns. */
export type Matrix = { rows: number; columns: number } & (
  | { kind: 'floats'; tensor: Initializer; transposed: boolean }
  /** Blocks of MatMulNBits. Zero points are packed like the values. */
  | {
      kind: 'blocks';
      values: Initializer;
      scales: Initializer;
      zeroPoints: Initializer | null;
      bits: 4 | 8;
      blockSize: number;
    }
);

/** The largest block up to `most` that divides a row; null where none of 16 or more does. */
export function blockSizeFor(columns: number, most = 128): number | null {
  return [128, 64, 32, 16].find((size) => size <= most && columns % size === 0) ?? null;
}
