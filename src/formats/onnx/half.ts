// Half-precision numbers (IEEE 754 binary16). Node has no Float16Array before version 24.

/** Rounds to the nearest half-precision number, ties to even, with subnormals and overflow to infinity. */
export function toFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x477ff000) return sign | 0x7c00;
    if (magnitude < 0x38800000) {
      const value = Math.abs(new Float32Array(Uint32Array.of(magnitude).buffer)[0]!) * 2 ** 24;
      const down = Math.floor(value);
      const rest = value - down;
      return sign | (rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down);
    }
    const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
    return sign | (rounded >>> 13);
  });
}

/** Exact: every half-precision number is a single-precision one. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
  });
}
