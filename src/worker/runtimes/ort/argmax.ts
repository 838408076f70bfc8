// The greedy token of one position. The lowest index wins a tie, as in other engines.

/** Index of the largest value in [start, end), relative to `start`. float16 comes as its bits in a Uint16Array. */
export function argmax(logits: Float32Array | Uint16Array, start: number, end: number): number {
  return logits instanceof Float32Array ? argmaxFloat32(logits, start, end) : argmaxFloat16(logits, start, end);
}

/** Compares bits, since positive floats order like integers, which is cheaper. Four at a time, since a new best is rare. */
function argmaxFloat32(logits: Float32Array, start: number, end: number): number {
  const bits = new Int32Array(logits.buffer, logits.byteOffset, logits.length);
  let best = start;
  let largest = 0;
  const lastFour = end - 4;
  let i = start;
  for (; i <= lastFour; i += 4) {
    if (bits[i]! > largest || bits[i + 1]! > largest || bits[i + 2]! > largest || bits[i + 3]! > largest) {
      for (let k = i; k < i + 4; k++) {
        if (bits[k]! > largest) {
          largest = bits[k]!;
          best = k;
        }
      }
    }
  }
  for (; i < end; i++) {
    if (bits[i]! > largest) {
      largest = bits[i]!;
      best = i;
    }
  }
  return largest > 0 ? best - start : argmaxWithoutPositive(logits, start, end);
}

function argmaxWithoutPositive(logits: Float32Array, start: number, end: number): number {
  let best = start;
  for (let i = start + 1; i < end; i++) if (logits[i]! > logits[best]!) best = i;
  return best - start;
}

/** The bits of half-precision numbers order like integers once those of negative numbers are flipped. */
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
