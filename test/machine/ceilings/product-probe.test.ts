// The probe that multiplies without ONNX Runtime: its products against a plain loop, and the operations that it counts
// against those that a loop over the same matrices would do. No assertion knows how fast this machine is.
import { describe, expect, it } from 'vitest';
import { PRODUCT_PROBES } from '../../../src/contract/ceilings.js';
import { sharedMemory, wasm } from '../../../src/machine/ceilings/probe-module.js';
import { productModule } from '../../../src/machine/ceilings/product-module.js';
import { productParts, productProbe } from '../../../src/machine/ceilings/product-probe.js';

const STEPS = 5;
const [ROWS, COLUMNS] = [4, 8];
const [COLUMNS_AT, TILE_AT] = [1024, 4096];

type Numbers = (memory: SharedArrayBuffer) => Float32Array<SharedArrayBuffer> | Int16Array<SharedArrayBuffer>;

/** Runs a module over numbers that differ at every place. `pairs`: how many of them a step takes of a row. */
function multiplied(arithmetic: 'fp32' | 'int8', pairs: number, numbers: Numbers) {
  const { memory, pages } = sharedMemory(TILE_AT + 1024);
  const { run } = new wasm.Instance(new wasm.Module(productModule(arithmetic, pages)), { env: { memory } }).exports;
  const all = numbers(memory.buffer);
  const size = all.BYTES_PER_ELEMENT;
  const row = (i: number, k: number) => ((7 * i + 3 * k) % 11) - 5;
  const column = (k: number, j: number) => ((5 * j + 2 * k) % 13) - 6;
  for (let k = 0; k < STEPS * pairs; k++) {
    const [step, half] = [Math.floor(k / pairs), k % pairs];
    for (let i = 0; i < ROWS; i++) all[(step * ROWS + i) * pairs + half] = row(i, k);
    for (let j = 0; j < COLUMNS; j++) all[COLUMNS_AT / size + (step * COLUMNS + j) * pairs + half] = column(k, j);
  }
  const expected = Array.from({ length: ROWS * COLUMNS }, (_, at) => {
    const [i, j] = [Math.floor(at / COLUMNS), at % COLUMNS];
    return Array.from({ length: STEPS * pairs }, (_, k) => row(i, k) * column(k, j)).reduce((a, b) => a + b, 0);
  });
  const times = (count: number) => {
    for (let n = 0; n < count; n++) run(0, STEPS * ROWS * 4, COLUMNS_AT, TILE_AT);
    const place = [memory.buffer, TILE_AT, ROWS * COLUMNS + 8] as const;
    return Array.from<number>(arithmetic === 'fp32' ? new Float32Array(...place) : new Int32Array(...place));
  };
  return { expected, times };
}

describe('a tile', () => {
  it.each([
    ['fp32', 1, (memory: SharedArrayBuffer) => new Float32Array(memory)],
    ['int8', 2, (memory: SharedArrayBuffer) => new Int16Array(memory)],
  ] as const)(
    'of %s is the product of its rows and columns, added to what is there; nothing else is written',
    (arithmetic, pairs, numbers) => {
      const { expected, times } = multiplied(arithmetic, pairs, numbers);
      const beyond = Array(8).fill(0);
      expect(times(1)).toEqual([...expected, ...beyond]);
      expect(times(2)).toEqual([...expected.map((value) => 3 * value), ...beyond]);
    },
  );
});

describe('the parts of a pass', () => {
  it.each([
    ['fp32', 1, 512],
    ['int8', 3, 1024],
  ] as const)(
    'of %s in %i threads write each tile once, apart, and count a multiplication and an addition',
    (arithmetic, threads, depth) => {
      const { parts, bytes, operations, shape } = productParts(threads, arithmetic);
      const tiles = parts.flatMap(({ calls }) => calls.map(([, , , tile]) => tile!));
      expect(new Set(tiles).size).toBe((threads * 16 * 32) / (ROWS * COLUMNS));
      const places = parts.flatMap(({ calls }) =>
        calls.flatMap(([rows, end, columns, tile]) => [
          [rows!, end!],
          [columns!, columns! + 2 * (end! - rows!)],
          [tile!, tile! + 4 * ROWS * COLUMNS],
        ]),
      );
      const apart = [...new Map(places.map((place) => [place[0], place])).values()].sort((a, b) => a[0]! - b[0]!);
      // Side by side from the first byte to the last: none overlaps, and none lies outside.
      expect(apart.map(([from]) => from)).toEqual([0, ...apart.slice(0, -1).map(([, to]) => to)]);
      expect(apart.at(-1)![1]).toBe(bytes);
      expect(shape).toBe(`[16, ${depth}] × [${depth}, 32]`);
      expect(operations).toBe(threads * parts[0]!.rounds * 2 * 16 * 32 * depth);
    },
  );
});

it('a probe gives a rate as other ceilings do, of the arithmetics that it has', () => {
  const found = productProbe({ threads: 2, arithmetics: ['fp32', 'fp16', 'int8'] });
  expect(found.map(({ kind, operator }) => [kind, operator])).toEqual([
    ['matmul-fp32', PRODUCT_PROBES.fp32],
    ['matmul-int8', PRODUCT_PROBES.int8],
  ]);
  for (const { unit, ep, threads, value, low, high, method } of found) {
    expect({ unit, ep, threads }).toEqual({ unit: 'operations/s', ep: 'cpu', threads: 2 });
    expect(method).toMatch(/in each of 2 threads, \d+ passes$/);
    expect(value).toBeGreaterThanOrEqual(low!);
    expect(high).toBeGreaterThan(value!);
  }
});
