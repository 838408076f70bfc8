// How the bytes of a tensor come about that the source does not have, as plain data: tensors of the source one after
// another, or a matrix of theirs rounded to integers in blocks.
import type { FloatType, Initializer } from '../model.js';
import type { DerivedWeight } from '../prefill-graph.js';

export type Recipe =
  | { kind: 'stored'; tensor: Initializer }
  /** One part after the other. */
  | { kind: 'joined'; parts: Recipe[] }
  /** The integers of a matrix in blocks along its rows, or the scales of those blocks. */
  | { kind: 'blocks'; part: 'values' | 'scales'; of: Matrix; format: BlockFormat }
  /** A weight of the prefill graph, from the blocks and scales of the decoder graph. */
  | { kind: 'derived'; weight: DerivedWeight; packed: Recipe; scales: Recipe };

/** Integers around 2^(bits − 1), without zero points: what MatMulNBits multiplies by. */
export interface BlockFormat {
  bits: 4 | 8;
  blockSize: number;
  scaleType: FloatType;
}

/** Numbers of the source, a row an output of the product; `columns` is what is summed over. */
export type Matrix = { rows: number; columns: number } & (
  | { kind: 'floats'; tensor: Initializer; transposed: boolean }
  /** Blocks as MatMulNBits has them; zero points are packed like the values. */
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
