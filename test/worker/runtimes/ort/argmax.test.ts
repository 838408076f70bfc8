// The greedy choice: half-precision bits must order as the numbers they stand for.
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../../src/stats/random.js';
import { argmax } from '../../../../src/worker/runtimes/ort/argmax.js';
import { halfValue } from '../../../reference/half.js';

describe('argmax', () => {
  it('of float32 is relative to the start, and the lowest index wins a tie', () => {
    const values = Float32Array.of(9, -3, 2, 2, -1, 50);
    expect(argmax(values, 1, 5)).toBe(1);
    expect(argmax(values, 0, 6)).toBe(5);
    expect(argmax(Float32Array.of(-4, -2, -9), 0, 3)).toBe(1);
  });

  it.each([
    { name: 'mixed signs', scale: 2, shift: -1 },
    { name: 'negative numbers only', scale: -1, shift: -0.5 },
    { name: 'zeros and negative numbers', scale: 0, shift: -0 },
  ])('of float32 is the first largest of the numbers: $name', ({ scale, shift }) => {
    const random = uniform(2);
    for (let length = 1; length < 40; length++) {
      const values = Float32Array.from({ length: length + 3 }, () => Math.round(random() * 8) * scale + shift);
      const wanted = values.slice(2, 2 + length);
      expect(argmax(values, 2, 2 + length), [...values].join(' ')).toBe(wanted.indexOf(Math.max(...wanted)));
    }
  });

  it('of float16 is the argmax of the decoded numbers', () => {
    const random = uniform(1);
    for (let round = 0; round < 500; round++) {
      const bits = Uint16Array.from({ length: 12 }, () => {
        const drawn = Math.floor(random() * 0x10000);
        // Neither NaN nor infinity: they have tests of their own.
        return (drawn & 0x7c00) === 0x7c00 ? drawn & 0x83ff : drawn;
      });
      const decoded = Float32Array.from(bits, halfValue);
      expect(argmax(bits, 2, 11), [...bits].join(' ')).toBe(argmax(decoded, 2, 11));
    }
  });

  it.each([
    { name: 'infinity', bits: [0x7bff, 0x7c00, 0x0001], expected: 1 },
    { name: 'minus infinity', bits: [0xfc00, 0xfbff, 0xfc00], expected: 1 },
    { name: 'the smallest subnormals', bits: [0x8001, 0x0001, 0x0000], expected: 1 },
    { name: 'zeros of both signs, which are equal', bits: [0x8000, 0x0000, 0x8000], expected: 0 },
    { name: 'a tie', bits: [0x3c00, 0x4000, 0x4000], expected: 1 },
  ])('of float16 with $name', ({ bits, expected }) => {
    expect(argmax(Uint16Array.from(bits), 0, bits.length)).toBe(expected);
  });
});
