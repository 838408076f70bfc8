// Half-precision numbers, rounded as IEEE 754 says.
import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../src/formats/onnx/half.js';
import { halfValue } from '../../reference/half.js';

it('fromFloat16 gives the value of every half-precision number', () => {
  const bits = Array.from({ length: 0x10000 }, (_, i) => i);
  expect(bits.filter((code) => !Object.is(fromFloat16(Uint16Array.of(code))[0], halfValue(code)))).toEqual([]);
});

describe('toFloat16', () => {
  const POSITIVE_FINITE = 0x7c00;
  const round = (value: number) => toFloat16(Float32Array.of(value))[0]!;

  it('gives back every half-precision number', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const back = toFloat16(Float32Array.from(bits, halfValue));
    const wrong = [...bits].filter((code) =>
      Number.isNaN(halfValue(code)) ? (back[code]! & 0x7fff) <= 0x7c00 : back[code] !== code,
    );
    expect(wrong).toEqual([]);
  });

  it('rounds a midpoint to the even neighbour and anything beside it to the nearer, for every neighbour pair', () => {
    const wrong: number[] = [];
    for (let code = 0; code < POSITIVE_FINITE - 1; code++) {
      // Exact in float32, which has 13 more bits of fraction.
      const middle = (halfValue(code) + halfValue(code + 1)) / 2;
      const word = new Uint32Array(Float32Array.of(middle).buffer)[0]!;
      const [below, above] = new Float32Array(Uint32Array.of(word - 1, word + 1).buffer);
      const even = code % 2 === 0 ? code : code + 1;
      if (round(middle) !== even || round(-middle) !== (even | 0x8000)) wrong.push(code);
      if (round(below!) !== code || round(above!) !== code + 1) wrong.push(code);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    { name: 'the largest number', value: 65_504, bits: 0x7bff },
    { name: 'just below the overflow', value: 65_519.996, bits: 0x7bff },
    { name: 'the first overflow, a tie away from an odd number', value: 65_520, bits: 0x7c00 },
    { name: 'far beyond', value: -3e38, bits: 0xfc00 },
    { name: 'infinity', value: Number.POSITIVE_INFINITY, bits: 0x7c00 },
    { name: 'minus zero', value: -0, bits: 0x8000 },
    { name: 'the smallest subnormal', value: 2 ** -24, bits: 0x0001 },
    { name: 'half of it, a tie with zero', value: 2 ** -25, bits: 0x0000 },
    { name: 'just above half of it', value: 2 ** -25 * (1 + 2 ** -23), bits: 0x0001 },
    { name: 'a float32 denormal', value: -1e-45, bits: 0x8000 },
    { name: 'the step from subnormal to normal', value: 2 ** -14 - 2 ** -26, bits: 0x0400 },
    { name: 'a third', value: 1 / 3, bits: 0x3555 },
  ])('$name', ({ value, bits }) => {
    expect(round(value).toString(16)).toBe(bits.toString(16));
  });

  it.each([0x7f800001, 0x7f8fffff, 0x7fc00000, 0x7fffffff, 0xff800001, 0xffc12345])('keeps NaN %i one', (word) => {
    const bits = toFloat16(new Float32Array(Uint32Array.of(word).buffer))[0]!;
    expect(halfValue(bits)).toBeNaN();
  });

  it('reads a view that does not start its buffer', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    expect([...toFloat16(whole.subarray(1, 3))]).toEqual([0x4000, 0x4200]);
  });
});
