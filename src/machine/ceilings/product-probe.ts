// Rates of matrix products without ONNX Runtime: each thread multiplies matrices of its own, which stay in its cache, with the
// module of product-module.ts. A floor of what the machine can do: kernels made for its processor should be faster.
import { type Ceiling, PRODUCT_PROBES, unitOf, unknownCeiling } from '../../contract/ceilings.js';
import type { Arithmetic } from '../../contract/work.js';
import { reasonOf } from '../../errors.js';
import { rateOf } from './passes.js';
import { sharedMemory } from './probe-module.js';
import { type Part, timePasses } from './probe-threads.js';
import { LANE_PRODUCTS, type ProbedArithmetic, productModule, ROWS_BYTES, TILE, TILE_BYTES } from './product-module.js';

const PASSES_MS = 60;
/** Rows, columns and steps of the product of each thread. */
const SHAPE = { rows: 16, columns: 32, steps: 512 };
/** How many operations a thread does in a pass, so that waking threads takes little of it. */
const PASS_OPERATIONS = 10 ** 8;

/** One rate for each arithmetic that WebAssembly has; the reason where one cannot be measured. */
export function productProbe(question: { threads: number; arithmetics: readonly Arithmetic[] }): Ceiling[] {
  const { threads } = question;
  const probed = question.arithmetics.filter((name): name is ProbedArithmetic => name in PRODUCT_PROBES);
  return probed.map((arithmetic) => {
    const operator = PRODUCT_PROBES[arithmetic];
    const head = { kind: `matmul-${arithmetic}`, ep: 'cpu', threads, operator, workingSetBytes: null } as const;
    const measuredAt = new Date().toISOString();
    try {
      const { operations, parts, bytes, shape } = productParts(threads, arithmetic);
      const { memory, pages } = sharedMemory(bytes);
      // Pages that nobody wrote are one page. Ones are neither zero nor so small that they slow a product.
      new Float32Array(memory.buffer).fill(1);
      const passMs = timePasses(productModule(arithmetic, pages), memory, { parts, passesMs: PASSES_MS });
      const method = `${operator}: ${shape} in each of ${threads} threads, ${passMs.length} passes`;
      return { ...head, unit: unitOf(head.kind), ...rateOf(operations, passMs), method, measuredAt };
    } catch (error) {
      return unknownCeiling({ ...head, measuredAt }, reasonOf(error));
    }
  });
}

/** Where each thread has its rows, its columns and its product, in tiles; and what all of them compute in a pass. */
export function productParts(threads: number, arithmetic: ProbedArithmetic) {
  const { rows, columns, steps } = SHAPE;
  const [down, across] = [rows / TILE.rows, columns / TILE.columns];
  const [panelBytes, columnsBytes] = [steps * ROWS_BYTES, steps * TILE.columns * 4];
  const [columnsAt, productAt] = [down * panelBytes, down * panelBytes + across * columnsBytes];
  const partBytes = productAt + down * across * TILE_BYTES;
  const depth = steps * LANE_PRODUCTS[arithmetic].pairs;
  const once = 2 * rows * columns * depth;
  const rounds = Math.ceil(PASS_OPERATIONS / once);
  const parts = Array.from({ length: threads }, (_, thread): Part => {
    const calls = Array.from({ length: down * across }, (_, tile) => {
      const from = thread * partBytes + Math.floor(tile / across) * panelBytes;
      const columnsFrom = thread * partBytes + columnsAt + (tile % across) * columnsBytes;
      return [from, from + panelBytes, columnsFrom, thread * partBytes + productAt + tile * TILE_BYTES];
    });
    return { calls, rounds };
  });
  const shape = `[${rows}, ${depth}] × [${depth}, ${columns}]`;
  return { parts, shape, bytes: threads * partBytes, operations: threads * rounds * once };
}
