// A session of ONNX Runtime and the tensors that go in and out of it. Nothing is copied on the way:
// inputs stay in the caller's memory, outputs are written where the caller says or left in ONNX Runtime's own.
import koffi from 'koffi';
import type { OrtLibrary, Pointer } from './library.js';

/** An OrtValue. */
export type Value = Pointer;

const LOG_ERRORS = 3;
const OPTIMIZE_ALL = 99;
const SEQUENTIAL = 0;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

const ELEMENTS = {
  float32: { type: 1, bytes: 4, view: Float32Array },
  float16: { type: 10, bytes: 2, view: Uint16Array },
  int64: { type: 7, bytes: 8, view: BigInt64Array },
} as const;

export type Element = keyof typeof ELEMENTS;

export interface SessionOptions {
  graph: string;
  threads: number;
}

/** One way of running the session: which inputs it takes and which outputs it gives, in which order. */
export interface Call {
  inputs: BigUint64Array;
  /** 0 lets ONNX Runtime allocate the output; its value is here after the run, and the caller's to release. */
  outputs: BigUint64Array;
  /** Runs; with `outputCount`, only the first outputs are given. */
  run(outputCount?: number): void;
}

export interface Session {
  /** A tensor over `data` from element `start` on; `data` stays alive until the value is released. */
  tensor(element: Element, data: ArrayBufferView, dims: number[], start?: number): Value;
  /** The elements of a float tensor, float16 as bits. Valid until the value is released. */
  read(element: 'float32' | 'float16', value: Value): Float32Array | Uint16Array;
  release(value: Value): void;
  prepare(inputs: string[], outputs: string[]): Call;
}

export function createSession(library: OrtLibrary, options: SessionOptions): Session {
  const { call, create, release } = library;
  const environment = create('createEnv', LOG_ERRORS, 'edgeproof');
  call('disableTelemetry', environment);
  const sessionOptions = create('createSessionOptions');
  call('setLogSeverity', sessionOptions, LOG_ERRORS);
  call('setExecutionMode', sessionOptions, SEQUENTIAL);
  call('setGraphOptimization', sessionOptions, OPTIMIZE_ALL);
  call('setIntraOpThreads', sessionOptions, options.threads);
  call('setInterOpThreads', sessionOptions, 1);
  const session = create('createSession', environment, options.graph, sessionOptions);
  release.sessionOptions(sessionOptions);
  const memory = create('createCpuMemory', ARENA_ALLOCATOR, DEFAULT_MEMORY);

  /** What the garbage collector must not take: ONNX Runtime knows addresses only. */
  const memoryOf = new Map<Value, ArrayBufferView>();

  return {
    tensor(element, data, dims, start = 0) {
      const { type, bytes } = ELEMENTS[element];
      const size = dims.reduce((product, dim) => product * dim, 1) * bytes;
      const address = koffi.address(data) + BigInt(start * bytes);
      const value = create('createTensor', memory, address, size, dims, dims.length, type);
      memoryOf.set(value, data);
      return value;
    },
    read(element, value) {
      const info = create('tensorInfo', value);
      const count = Number(create('elementCount', info));
      release.tensorInfo(info);
      const { bytes, view } = ELEMENTS[element];
      return new view(koffi.view(create('tensorData', value), count * bytes));
    },
    release(value) {
      release.value(value);
      memoryOf.delete(value);
    },
    prepare(inputs, outputs) {
      const inputNames = cStrings(inputs);
      const outputNames = cStrings(outputs);
      const values = { inputs: new BigUint64Array(inputs.length), outputs: new BigUint64Array(outputs.length) };
      return {
        ...values,
        run(outputCount = outputs.length) {
          call(
            'run',
            session,
            null,
            inputNames.addresses,
            values.inputs,
            inputs.length,
            outputNames.addresses,
            outputCount,
            values.outputs,
          );
        },
      };
    },
  };
}

/** C strings and their addresses; whoever holds the addresses must hold the strings. */
function cStrings(names: string[]): { strings: Buffer[]; addresses: BigUint64Array } {
  const strings = names.map((name) => Buffer.from(`${name}\0`));
  return { strings, addresses: BigUint64Array.from(strings, (string) => koffi.address(string)) };
}
