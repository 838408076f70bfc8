// Greedy choice over the logits of one position. The lowest index wins a tie, as in every other engine.

/** Index of the largest value in [start, end), relative to start. float16 comes as its bits in a Uint16Array. */
export function argmax(logits: Float32Array | Uint16Array, start: number, end: number): number {
  return logits instanceof Float32Array ? argmaxFloat32(logits, start, end) : argmaxFloat16(logits, start, end);
}

function argmaxFloat32(logits: Float32Array, start: number, end: number): number {
  let best = start;
  let largest = logits[start]!;
  for (let i = start + 1; i < end; i++) {
    const value = logits[i]!;
    if (value > largest) {
      largest = value;
      best = i;
    }
  }
  return best - start;
}

/** Half-precision bits order like integers once negative numbers are flipped. */
function argmaxFloat16(logits: Uint16Array, start: number, end: number): number {
  let best = start;
  let largest = -1;
  for (let i = start; i < end; i++) {
    const bits = logits[i]!;
    // Both zeros become 0x8000.
    const order = bits & 0x8000 ? 0x10000 - bits : bits | 0x8000;
    if (order > largest) {
      largest = order;
      best = i;
    }
  }
  return best - start;
}
