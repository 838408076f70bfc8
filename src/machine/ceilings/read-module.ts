// A WebAssembly module that reads memory as fast as a core can: loads of 128 bits from several places at once, into more sums
// than a processor has in flight. Pure.
import { get, moduleOf, set, simd, unsigned, whileBelow } from './probe-module.js';

/** Places that are read at once, each `streamBytes` after the one before. */
export const STREAMS = 4;
const LOADS_PER_STREAM = 4;
const LOAD_BYTES = 16;
const SUMS = 8;
/** A stream is a multiple of this. */
export const STEP_BYTES = LOADS_PER_STREAM * LOAD_BYTES;

const [LOAD, XOR, EXTRACT_LANE] = [0x00, 0x51, 0x1b];
const FIRST_SUM = 2;

/** Its `run(from, to)` reads from and to these places of the first stream. */
export function readModule(streamBytes: number, pages: number): Uint8Array<ArrayBuffer> {
  const sums = Array.from({ length: SUMS }, (_, i) => FIRST_SUM + i);
  const loads = Array.from({ length: STREAMS * LOADS_PER_STREAM }, (_, i) => {
    const sum = sums[i % SUMS]!;
    const offset = (i % STREAMS) * streamBytes + Math.floor(i / STREAMS) * LOAD_BYTES;
    return [...get(sum), ...get(0), ...simd(LOAD), 4, ...unsigned(offset), ...simd(XOR), ...set(sum)];
  });
  const total = [...get(sums[0]!), ...sums.slice(1).flatMap((sum) => [...get(sum), ...simd(XOR)])];
  const code = [...whileBelow(loads.flat(), STEP_BYTES), ...total, ...simd(EXTRACT_LANE), 0];
  return moduleOf({ pages, parameters: 2, hasResult: true, vectors: SUMS, code });
}
