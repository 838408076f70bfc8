// The chained hash of logits: what it sees of a position, and that the order of positions counts.
import { expect, it } from 'vitest';
import { createLogitsHash } from '../../../../src/worker/runtimes/ort/logits-hash.js';

const row = Float32Array.from({ length: 160 }, (_, i) => Math.sin(i));
const hashOf = (...positions: [Float32Array | Uint16Array, number][]) => {
  const hash = createLogitsHash();
  for (const [logits, token] of positions) hash.add(logits, token);
  return hash.text();
};
const changed = (at: number) => row.with(at, row[at]! + 1e-6);

it('is FNV-1a over the bits of the chosen logit and of every tenth of 160', () => {
  const bits = new Int32Array(row.buffer);
  const words = [bits[3]!, ...Array.from({ length: 16 }, (_, i) => bits[10 * i]!)];
  const expected = words.reduce((hash, word) => Math.imul(hash ^ word, 16777619), 2166136261) >>> 0;
  expect(hashOf([row, 3])).toBe(expected.toString(16).padStart(8, '0'));
});

it('sees the last bits of the chosen logit and of the sample, and the order of positions', () => {
  const plain = hashOf([row, 3], [row, 4]);
  expect(hashOf([changed(3), 3], [row, 4])).not.toBe(plain);
  expect(hashOf([row, 3], [changed(150), 4])).not.toBe(plain);
  expect(hashOf([row, 4], [row, 3])).not.toBe(plain);
});

it('takes float16 as bits, and views into larger buffers', () => {
  const half = Uint16Array.from({ length: 160 }, (_, i) => i * 300);
  expect(hashOf([half, 3])).not.toBe(hashOf([half, 4]));
  const wide = new Float32Array([9, ...row]);
  expect(hashOf([wide.subarray(1), 3])).toBe(hashOf([row, 3]));
});
