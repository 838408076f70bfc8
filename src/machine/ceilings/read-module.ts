// A WebAssembly module that reads memory as fast as a core can: loads of 128 bits from several places at once, into more sums
// than a processor has in flight. Its bytes are put together here, so that nothing is compiled or shipped. Pure.

/** What Node has of WebAssembly; its types come with a browser's only. */
export const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    Memory: new (pages: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: { read(from: number, to: number): number } };
  };
};

/** Places that are read at once, each `streamBytes` after the one before. */
export const STREAMS = 4;
const LOADS_PER_STREAM = 4;
const LOAD_BYTES = 16;
const SUMS = 8;
/** A stream is a multiple of this. */
export const STEP_BYTES = LOADS_PER_STREAM * LOAD_BYTES;

const I32 = 0x7f;
const V128 = 0x7b;
const [LOAD, XOR, EXTRACT_LANE] = [0x00, 0x51, 0x1b];
const FIRST_SUM = 2;

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const list = (items: number[][]) => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: number[]) => [...unsigned(bytes.length), ...bytes];
const name = (text: string) => sized([...Buffer.from(text)]);
const simd = (operation: number) => [0xfd, ...unsigned(operation)];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];

/** It imports the shared memory `env.memory` and exports `read(from, to)`, both of the first stream. */
export function readModule(streamBytes: number, pages: number): Uint8Array<ArrayBuffer> {
  const sums = Array.from({ length: SUMS }, (_, i) => FIRST_SUM + i);
  const loads = Array.from({ length: STREAMS * LOADS_PER_STREAM }, (_, i) => {
    const sum = sums[i % SUMS]!;
    const offset = (i % STREAMS) * streamBytes + Math.floor(i / STREAMS) * LOAD_BYTES;
    return [...get(sum), ...get(0), ...simd(LOAD), 4, ...unsigned(offset), ...simd(XOR), ...set(sum)];
  });
  // at += STEP_BYTES, and again while at < to. As a signed number, 64 takes two bytes.
  const advance = [...get(0), 0x41, STEP_BYTES | 0x80, 0, 0x6a, 0x22, 0, ...get(1), 0x49, 0x0d, 0];
  const total = [...get(sums[0]!), ...sums.slice(1).flatMap((sum) => [...get(sum), ...simd(XOR)])];
  const code = [0x03, 0x40, ...loads.flat(), ...advance, 0x0b, ...total, ...simd(EXTRACT_LANE), 0, 0x0b];
  const sections = [
    [1, list([[0x60, ...list([[I32], [I32]]), ...list([[I32]])]])],
    [2, list([[...name('env'), ...name('memory'), 2, 3, ...unsigned(pages), ...unsigned(pages)]])],
    [3, list([[0]])],
    [7, list([[...name('read'), 0, 0]])],
    [10, list([sized([...list([[SUMS, V128]]), ...code])])],
  ] as const;
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, body]) => [id, ...sized(body)])]);
}
