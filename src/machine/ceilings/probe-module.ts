// What the WebAssembly modules of the probes have in common: how their bytes are put together, so that nothing is compiled or
// shipped. Each imports the shared memory `env.memory` and exports `run`. Pure.

/** What Node has of WebAssembly; its types come with a browser's only. */
export const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    Memory: new (pages: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: { run(...places: number[]): number } };
  };
};

export type Memory = InstanceType<typeof wasm.Memory>;

const PAGE_BYTES = 65_536;
const I32 = 0x7f;
const V128 = 0x7b;

/** Shared memory for as many bytes, and its size as a module declares it. */
export function sharedMemory(bytes: number): { memory: Memory; pages: number } {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return { memory: new wasm.Memory({ initial: pages, maximum: pages, shared: true }), pages };
}

export const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const list = (items: number[][]) => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: number[]) => [...unsigned(bytes.length), ...bytes];
const name = (text: string) => sized([...Buffer.from(text)]);

export const simd = (operation: number) => [0xfd, ...unsigned(operation)];
export const get = (local: number) => [0x20, local];
export const set = (local: number) => [0x21, local];
/** `local += bytes`, which stays on the stack. As a signed number, 64 takes two bytes. */
export const advance = (local: number, bytes: number) => [...get(local), 0x41, bytes | 0x80, 0, 0x6a, 0x22, local];
/** Does it again while the first parameter, once advanced, is below the second. */
export const whileBelow = (body: number[], bytes: number) => {
  return [0x03, 0x40, ...body, ...advance(0, bytes), ...get(1), 0x49, 0x0d, 0, 0x0b];
};

/** `parameters` are integers, and the first locals; `vectors` of 128 bits come after them. */
export function moduleOf(run: {
  pages: number;
  parameters: number;
  hasResult: boolean;
  vectors: number;
  code: number[];
}): Uint8Array<ArrayBuffer> {
  const parameters = Array.from({ length: run.parameters }, () => [I32]);
  const sections = [
    [1, list([[0x60, ...list(parameters), ...list(run.hasResult ? [[I32]] : [])]])],
    [2, list([[...name('env'), ...name('memory'), 2, 3, ...unsigned(run.pages), ...unsigned(run.pages)]])],
    [3, list([[0]])],
    [7, list([[...name('run'), 0, 0]])],
    [10, list([sized([...list([[run.vectors, V128]]), ...run.code, 0x0b])])],
  ] as const;
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, body]) => [id, ...sized(body)])]);
}
