// A hash over the logits of a generation, chained token by token (FNV-1a): equal files and prompts must give equal hashes. It
// takes a few bits of each position only, so that a timed pass does not notice it.
import type { Logits } from '../runtime.js';

const SAMPLE = 16;

export interface LogitsHash {
  /** Adds the logits of the position from which `token` was chosen: its own, and those of some others at even distances. */
  add(row: Logits, token: number): void;
  text(): string;
}

export function createLogitsHash(): LogitsHash {
  let hash = 0x811c9dc5;
  const mix = (bits: number) => {
    hash = Math.imul(hash ^ bits, 0x01000193);
  };
  return {
    add(row, token) {
      const bits = row instanceof Float32Array ? new Int32Array(row.buffer, row.byteOffset, row.length) : row;
      mix(bits[token]!);
      const stride = Math.ceil(bits.length / SAMPLE);
      for (let at = 0; at < bits.length; at += stride) mix(bits[at]!);
    },
    text: () => (hash >>> 0).toString(16).padStart(8, '0'),
  };
}
