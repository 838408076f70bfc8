// A WebAssembly module that multiplies matrices as fast as a core can without special instructions: a tile of the product
// stays in registers while rows and columns pass by. Pure.
import type { PRODUCT_PROBES } from '../../contract/ceilings.js';
import { advance, get, moduleOf, set, simd, unsigned, whileBelow } from './probe-module.js';

export type ProbedArithmetic = keyof typeof PRODUCT_PROBES;

/** Rows and columns of a tile. */
export const TILE = { rows: 4, columns: 8 };
const VECTOR_BYTES = 16;
const LANES = 4;
const VECTORS = TILE.columns / LANES;
export const TILE_BYTES = TILE.rows * TILE.columns * 4;
/** What a step reads of the rows and of the columns: one number of each in fp32, a pair of 16 bits for int8. */
export const ROWS_BYTES = TILE.rows * 4;
const COLUMNS_BYTES = VECTORS * VECTOR_BYTES;

/** How lanes are multiplied and added; `pairs`: numbers in a lane. */
export const LANE_PRODUCTS: Record<ProbedArithmetic, { multiply: number; add: number; pairs: 1 | 2 }> = {
  fp32: { multiply: 0xe6, add: 0xe4, pairs: 1 },
  // Numbers of 8 bits in 16, since WebAssembly multiplies none of 8.
  int8: { multiply: 0xba, add: 0xae, pairs: 2 },
};

const [LOAD, LOAD_SPLAT, STORE, DROP] = [0x00, 0x09, 0x0b, 0x1a];
const [COLUMNS, PLACE] = [2, 3];
const FIRST_SUM = 4;
const ROW = FIRST_SUM + TILE.rows * VECTORS;

/**
 * Its `run(rows, end, columns, tile)` adds to a tile the product of the rows, from a place to an end, and as many steps of
 * the columns. A step of both lies side by side.
 */
export function productModule(arithmetic: ProbedArithmetic, pages: number): Uint8Array<ArrayBuffer> {
  const { multiply, add } = LANE_PRODUCTS[arithmetic];
  const sums = Array.from({ length: TILE.rows * VECTORS }, (_, i) => FIRST_SUM + i);
  const column = (vector: number) => ROW + 1 + vector;
  const load = (place: number, operation: number, align: number, offset: number) => {
    return [...get(place), ...simd(operation), align, ...unsigned(offset)];
  };
  const columns = Array.from({ length: VECTORS }, (_, i) => [
    ...load(COLUMNS, LOAD, 4, i * VECTOR_BYTES),
    ...set(column(i)),
  ]);
  const products = Array.from({ length: TILE.rows }, (_, row) => [
    ...load(0, LOAD_SPLAT, 2, 4 * row),
    ...set(ROW),
    ...sums.slice(row * VECTORS, (row + 1) * VECTORS).flatMap((sum, i) => {
      return [...get(sum), ...get(ROW), ...get(column(i)), ...simd(multiply), ...simd(add), ...set(sum)];
    }),
  ]);
  const step = [...columns.flat(), ...products.flat(), ...advance(COLUMNS, COLUMNS_BYTES), DROP];
  const code = [
    ...sums.flatMap((sum, i) => [...load(PLACE, LOAD, 4, i * VECTOR_BYTES), ...set(sum)]),
    ...whileBelow(step, ROWS_BYTES),
    ...sums.flatMap((sum, i) => [...get(PLACE), ...get(sum), ...simd(STORE), 4, ...unsigned(i * VECTOR_BYTES)]),
  ];
  return moduleOf({ pages, parameters: 4, hasResult: false, vectors: sums.length + 1 + VECTORS, code });
}
