// What a prompt and a token need, against loops over every position.
import { describe, expect, it } from 'vitest';
import type { Work } from '../../src/contract/work.js';
import { promptNeed, stepWork, tokenNeed } from '../../src/stats/work.js';

const layer = { queryHeads: 3, keySize: 5, valueSize: 7, arithmetic: 'fp32' as const, rowBytes: 11 };
const WORK: Work = {
  tokenBytes: 1000,
  products: [
    { operator: 'MatMulNBits', arithmetic: 'int8', operations: 100 },
    { operator: 'MatMul', arithmetic: 'fp32', operations: 10 },
  ],
  head: { operator: 'MatMulNBits', arithmetic: 'int8', operations: 40 },
  attention: [
    { layers: 2, ...layer, window: null },
    { layers: 4, ...layer, window: 6 },
  ],
};

const rowsAt = (position: number, window: number | null) => Math.min(position, window ?? position);

describe.each([
  { depth: 0, prompt: 1, new: 2 },
  { depth: 0, prompt: 4, new: 9 },
  { depth: 0, prompt: 20, new: 3 },
  { depth: 5, prompt: 3, new: 4 },
  { depth: 30, prompt: 8, new: 8 },
])('depth $depth, prompt $prompt, new $new', (lengths) => {
  const { depth, prompt } = lengths;

  it('a prompt: products for each token, the head once, attention to all before', () => {
    let attended = 0;
    for (let position = depth + 1; position <= depth + prompt; position++)
      for (const { layers, window } of WORK.attention) attended += layers * rowsAt(position, window);
    const need = promptNeed(WORK, lengths);
    expect(need.operations).toEqual({ int8: 100 * prompt + 40, fp32: 10 * prompt + 2 * 3 * (5 + 7) * attended });
    expect(need.bytes).toBe(1000 + 11 * (2 * depth + 4 * Math.min(depth, 6)));
  });

  it('a token: the mean of those after the first', () => {
    const positions = Array.from({ length: lengths.new - 1 }, (_, i) => depth + prompt + 1 + i);
    const rows = positions.flatMap((position) =>
      WORK.attention.map(({ layers, window }) => layers * rowsAt(position, window)),
    );
    const mean = rows.reduce((a, b) => a + b, 0) / positions.length;
    const need = tokenNeed(WORK, lengths);
    expect(need.bytes).toBeCloseTo(1000 + 11 * mean, 9);
    expect(need.operations.int8).toBe(140);
    expect(need.operations.fp32).toBeCloseTo(10 + 2 * 3 * (5 + 7) * mean, 9);
  });
});

it('a cache in int8 has a quarter of the bytes of float32, and weights as they were', () => {
  const lengths = { depth: 0, prompt: 8, new: 2 };
  const [float, int8] = [{}, { options: { kvDtype: 'int8' } } as const].map((key) =>
    tokenNeed(stepWork(WORK, key), lengths),
  );
  expect((float!.bytes - 1000) / (int8!.bytes - 1000)).toBe(4);
  expect(int8!.operations).toEqual(float!.operations);
});
