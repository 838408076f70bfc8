// A session of ONNX Runtime and the tensors that go in and out of it. Nothing is copied: inputs stay in the caller's memory, and
// outputs are written where the caller says or stay in memory of ONNX Runtime.
import koffi from 'koffi';
import type { OptionSet } from '../../../contract/option-set.js';
import type { ExecutionProvider } from '../../../contract/vocabulary.js';
import { byteLength, ELEMENT_TYPES } from '../../../formats/onnx/model.js';
import { countThreads, type ThreadCount } from '../../../machine/own-threads.js';
import { PROVIDERS } from './execution-providers.js';
import type { OrtLibrary, Pointer } from './library.js';
import { applyOptions, type EffectiveOptions, readOptions } from './session-options.js';

/** An OrtValue. */
export type Value = Pointer;

const LOG_ERRORS = 3;
const SEQUENTIAL = 0;
const DEVICE_ALLOCATOR = 0;
const ARENA_ALLOCATOR = 1;
const FIRST_DEVICE = 0;
const DEFAULT_MEMORY = 0;

const VIEWS = {
  float32: Float32Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
} as const;

export type Element = keyof typeof VIEWS;

export interface SessionOptions {
  /** A file, its bytes, or its bytes with the folder of its external data. */
  graph: string | Uint8Array | { bytes: Uint8Array; folder: string };
  threads: number;
  ep?: ExecutionProvider;
  options?: OptionSet | undefined;
  /** Profiles every node; the name of the profile begins with this path. */
  profilePrefix?: string;
  /** Refuses a graph if any node would run on the CPU. */
  onlyThere?: boolean;
}

/** A way to run the session, with its inputs and outputs in a fixed order. */
export interface Call {
  inputs: BigUint64Array;
  /** 0 lets ONNX Runtime allocate the output. After the run its value is here, and the caller must release it. */
  outputs: BigUint64Array;
  /** With `outputCount`, only that many of the outputs are computed. */
  run(outputCount?: number): void;
}

export interface Session {
  /** A tensor over `data` from element `start` on. `data` is kept alive until the value is released. */
  tensor(element: Element, data: ArrayBufferView, dims: number[], start?: number): Value;
  /** Allocates a tensor where the execution provider computes. On a device it is not initialised. */
  allocate(element: Element, dims: number[]): Value;
  /** The memory that `allocate` uses; null for main memory. */
  deviceMemory: string | null;
  /** The options that took effect. */
  options: EffectiveOptions;
  threads: ThreadCount;
  /** The elements of a float tensor, float16 as bits. Valid until the value is released. */
  read(element: 'float32' | 'float16', value: Value): Float32Array | Uint16Array;
  release(value: Value): void;
  prepare(inputs: string[], outputs: string[]): Call;
  /** Writes the profile and returns its path. */
  endProfiling(): string;
}

export function createSession(library: OrtLibrary, options: SessionOptions): Session {
  const { call, create, release } = library;
  const { ep = 'cpu' } = options;
  const memory = create('createCpuMemory', ARENA_ALLOCATOR, DEFAULT_MEMORY);
  const { session, effective, threads } = openSession(library, options, ep, memory);
  const deviceMemory = PROVIDERS[ep].memory;
  const device =
    deviceMemory === null
      ? null
      : create(
          'createAllocator',
          session,
          create('createMemory', deviceMemory, DEVICE_ALLOCATOR, FIRST_DEVICE, DEFAULT_MEMORY),
        );

  /** Keeps memory from being garbage collected, since ONNX Runtime knows only its address. */
  const memoryOf = new Map<Value, ArrayBufferView>();

  const tensor: Session['tensor'] = (element, data, dims, start = 0) => {
    const address = koffi.address(data) + BigInt(byteLength(element, [start]));
    const { code } = ELEMENT_TYPES[element];
    const value = create('createTensor', memory, address, byteLength(element, dims), dims, dims.length, code);
    memoryOf.set(value, data);
    return value;
  };
  return {
    tensor,
    deviceMemory,
    options: effective,
    threads,
    allocate(element, dims) {
      if (device !== null) return create('createTensorIn', device, dims, dims.length, ELEMENT_TYPES[element].code);
      const elements = dims.reduce((product, dim) => product * dim, 1);
      // An empty tensor needs an address, too.
      return tensor(element, new VIEWS[element](Math.max(elements, 64)), dims);
    },
    read(element, value) {
      const info = create('tensorInfo', value);
      const length = Number(create('elementCount', info));
      release.tensorInfo(info);
      return new VIEWS[element](koffi.view(create('tensorData', value), byteLength(element, [length])));
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
    endProfiling() {
      const path = create('endProfiling', session, create('defaultAllocator'));
      return koffi.decode(path, 'char', -1) as string;
    },
  };
}

function openSession(library: OrtLibrary, wanted: SessionOptions, ep: ExecutionProvider, memory: Pointer) {
  const { graph, threads, options = {}, profilePrefix, onlyThere } = wanted;
  const { call, create, release } = library;
  const environment = create('createEnv', LOG_ERRORS, 'edgeproof');
  call('disableTelemetry', environment);
  const settings = create('createSessionOptions');
  call('setLogSeverity', settings, LOG_ERRORS);
  call('setExecutionMode', settings, SEQUENTIAL);
  call('setIntraOpThreads', settings, threads);
  call('setInterOpThreads', settings, 1);
  applyOptions(library, settings, options);
  if (profilePrefix !== undefined) call('enableProfiling', settings, profilePrefix);
  if (onlyThere) call('addConfigEntry', settings, 'session.disable_cpu_ep_fallback', '1');
  const createOf = (from: typeof graph): Pointer => {
    if (typeof from === 'string') return create('createSession', environment, from, settings);
    if (from instanceof Uint8Array) return create('createSessionFromArray', environment, from, from.length, settings);
    call('addConfigEntry', settings, 'session.model_external_initializers_file_folder_path', from.folder);
    return createOf(from.bytes);
  };
  try {
    PROVIDERS[ep].append(library, settings);
    const counted = countThreads('onnxruntime', ep);
    const session = createOf(graph);
    const effective = readOptions(library, settings, session, memory, options);
    return { session, effective, threads: counted(threads) };
  } finally {
    release.sessionOptions(settings);
  }
}

/** C strings and their addresses. The strings must be kept as long as the addresses are used. */
function cStrings(names: string[]): { strings: Buffer[]; addresses: BigUint64Array } {
  const strings = names.map((name) => Buffer.from(`${name}\0`));
  return { strings, addresses: BigUint64Array.from(strings, (string) => koffi.address(string)) };
}
