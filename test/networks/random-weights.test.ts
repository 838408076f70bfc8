// Synthetic weights: the same bytes anywhere, numbers in the range that was planned, halves rounded as IEEE 754 says.
import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Fill, PlacedWeight } from '../../src/formats/onnx/graph-builder.js';
import { byteLength, type ElementType } from '../../src/formats/onnx/model.js';
import { SPREAD } from '../../src/networks/blocks/linear.js';
import { keyStream, weightChunks } from '../../src/networks/random-weights.js';
import { halfValue } from '../reference/half.js';

function weight(name: string, type: ElementType, dims: number[], fill: Fill): PlacedWeight {
  return { name, type, dims, fill, offset: 0, bytes: byteLength(type, dims) };
}

/** A copy, so that typed arrays over it are aligned. */
function bytesOf(planned: PlacedWeight, seed = 1): Uint8Array {
  return Uint8Array.from(Buffer.concat([...weightChunks(planned, seed)]));
}

/** AES-128-CTR from another implementation: WebCrypto, in one go. */
async function expectedStream(label: string, length: number): Promise<Buffer> {
  const digest = await webcrypto.subtle.digest('SHA-256', new TextEncoder().encode(label));
  const key = await webcrypto.subtle.importKey('raw', digest.slice(0, 16), 'AES-CTR', false, ['encrypt']);
  const algorithm = { name: 'AES-CTR', counter: new Uint8Array(16), length: 128 };
  return Buffer.from(await webcrypto.subtle.encrypt(algorithm, key, new Uint8Array(length)));
}

const MIB = 1 << 20;

describe('the stream of bytes', () => {
  it('is AES-128-CTR, however it is cut', async () => {
    const expected = await expectedStream('label', 10_000);
    for (const sizes of [[10_000], [1, 2, 3, 15, 16, 17, 9946], [4096, 4096, 1808]]) {
      const next = keyStream('label');
      expect(Buffer.concat(sizes.map(next)).equals(expected)).toBe(true);
    }
  });

  it('fills packed weights, over the border between chunks', async () => {
    const planned = weight('w', 'uint8', [2 * MIB + 7], { kind: 'bytes' });
    const chunks = [...weightChunks(planned, 5)];
    expect(chunks.map((chunk) => chunk.length)).toEqual([MIB, MIB, 7]);
    expect(Buffer.concat(chunks).equals(await expectedStream('5:w', planned.bytes))).toBe(true);
  });

  it('differs by seed and by name, and does not depend on what was made before', () => {
    const fill = { kind: 'bytes' } as const;
    const a = bytesOf(weight('a', 'int8', [4096], fill));
    bytesOf(weight('b', 'int8', [100], fill));
    expect(bytesOf(weight('a', 'int8', [4096], fill))).toEqual(a);
    expect(bytesOf(weight('a', 'int8', [4096], fill), 2)).not.toEqual(a);
    expect(bytesOf(weight('b', 'int8', [4096], fill))).not.toEqual(a);
  });

  it('has every byte value about equally often', () => {
    const counts = new Float64Array(256);
    for (const byte of bytesOf(weight('w', 'uint8', [MIB], { kind: 'bytes' }))) counts[byte]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 4096) ** 2 / 4096, 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6; the seed is fixed.
    expect(Math.abs(chiSquare - 255)).toBeLessThan(5 * 22.6);
  });
});

it('integers of seven bits: two products with a byte fit into 16 bits, as CPUs without VNNI add them', () => {
  const integers = new Int8Array(bytesOf(weight('w', 'int8', [MIB], { kind: 'seven-bits' })));
  const [least, most] = [Math.min(...integers.slice(0, 65_536)), Math.max(...integers.slice(0, 65_536))];
  expect([least, most]).toEqual([-64, 63]);
  expect(2 * 255 * 64).toBeLessThan(2 ** 15);
  const mean = integers.reduce((sum, value) => sum + value, 0) / MIB;
  const spread = Math.sqrt(integers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / MIB);
  expect(spread).toBeCloseTo(SPREAD[7], 1);
});

describe('floats', () => {
  // Spans a border between chunks: a third of a million float32.
  const count = MIB / 4 + 1001;

  it.each([
    { type: 'float32', exponent: -7, positive: false },
    { type: 'float32', exponent: 0, positive: true },
    { type: 'float32', exponent: -126, positive: false },
    { type: 'float16', exponent: -6, positive: false },
    { type: 'float16', exponent: -14, positive: true },
  ] as const)('$type in [2^$exponent, 2^($exponent + 1)), positive: $positive', ({ type, exponent, positive }) => {
    const bytes = bytesOf(weight('w', type, [count], { kind: 'float', exponent, positive }));
    const values =
      type === 'float32'
        ? Float64Array.from(new Float32Array(bytes.buffer))
        : Float64Array.from(new Uint16Array(bytes.buffer), halfValue);
    expect(values.length).toBe(count);
    let negative = 0;
    let sum = 0;
    // Comparisons are false for NaN, so one count covers NaN, infinities, denormals and a wrong exponent.
    const outside = values.filter(
      (value) => !(Math.abs(value) >= 2 ** exponent && Math.abs(value) < 2 ** (exponent + 1)),
    );
    for (const value of values) {
      if (value < 0) negative++;
      sum += Math.abs(value);
    }
    expect(outside.length).toBe(0);
    if (positive) expect(negative).toBe(0);
    else expect(Math.abs(negative / count - 0.5)).toBeLessThan(5 * (0.5 / Math.sqrt(count)));
    // Uniform mantissa: the mean is 1.5 · 2^e, with a standard error of 0.29 · 2^e / √n.
    expect(Math.abs(sum / count / 2 ** exponent - 1.5)).toBeLessThan((5 * 0.29) / Math.sqrt(count));
  });

  it('are not made for integer types', () => {
    const planned = weight('w', 'uint8', [4], { kind: 'float', exponent: 0, positive: true });
    expect(() => bytesOf(planned)).toThrow('uint8');
  });
});

describe('rotary tables', () => {
  // Any frequencies do: what a model's are is tested with its plan.
  const frequencies = Array.from({ length: 32 }, (_, i) => 1 / (1 + i * i));
  const closedForm = (of: 'cos' | 'sin', row: number, column: number) => Math[of](row / (1 + (column % 32) ** 2));

  it.each([
    { of: 'cos', columns: 32 },
    { of: 'sin', columns: 32 },
    { of: 'cos', columns: 64 },
    { of: 'sin', columns: 64 },
  ] as const)('$of over $columns columns, to the precision of float32', ({ of, columns }) => {
    const rows = 700;
    const bytes = bytesOf(weight('t', 'float32', [rows, columns], { kind: 'rotary', of, frequencies, magnitude: 1 }));
    const values = new Float32Array(bytes.buffer);
    let largest = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        largest = Math.max(largest, Math.abs(values[row * columns + column]! - closedForm(of, row, column)));
      }
    }
    expect(values.length).toBe(rows * columns);
    // Half a unit in the last place of a number below 1.
    expect(largest).toBeLessThanOrEqual(2 ** -25 + 1e-12);
  });

  it('are multiplied by their magnitude', () => {
    const fill: Fill = { kind: 'rotary', of: 'sin', frequencies: [0.5], magnitude: 1.25 };
    const values = new Float32Array(bytesOf(weight('t', 'float32', [4, 1], fill)).buffer);
    expect([...values]).toEqual([0, 0.5, 1, 1.5].map((angle) => Math.fround(1.25 * Math.sin(angle))));
  });

  it('in half precision are the same numbers rounded', () => {
    const fill = { kind: 'rotary', of: 'cos', frequencies, magnitude: 1 } as const;
    const bytes = bytesOf(weight('t', 'float16', [100, 32], fill));
    new Uint16Array(bytes.buffer).forEach((bits, i) => {
      const error = Math.abs(halfValue(bits) - closedForm('cos', Math.floor(i / 32), i % 32));
      expect(error).toBeLessThanOrEqual(2 ** -12 + 2 ** -25);
    });
  });
});
