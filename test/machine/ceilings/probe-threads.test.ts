// A pass of a probe ends with its slowest thread: that every thread has done every pass, by the sums that they leave.
import { expect, it } from 'vitest';
import { sharedMemory } from '../../../src/machine/ceilings/probe-module.js';
import { timePasses } from '../../../src/machine/ceilings/probe-threads.js';
import { productModule } from '../../../src/machine/ceilings/product-module.js';

it('every thread has done all of its rounds in each pass, the one with the most work as well', () => {
  const STEPS = 256;
  const { memory, pages } = sharedMemory(2 ** 16);
  new Int16Array(memory.buffer, 0, 2 ** 14).fill(1);
  const tiles = [2 ** 15, 2 ** 15 + 128, 2 ** 15 + 256];
  // Ten thousand times the work of the others, so that a pass which does not wait for it is over long before.
  const rounds = [1, 10_000, 1];
  const parts = tiles.map((tile, i) => ({ calls: [[0, STEPS * 16, 2 ** 14, tile]], rounds: rounds[i]! }));
  const passMs = timePasses(productModule('int8', pages), memory, { parts, passesMs: 0 });
  const sums = tiles.map((tile) => new Int32Array(memory.buffer, tile, 1)[0]);
  // Two products of ones in a step, and one pass that is not counted.
  expect(sums).toEqual(rounds.map((count) => 2 * STEPS * count * (passMs.length + 1)));
});
