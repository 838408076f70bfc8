// The part of ONNX Runtime's C API that a decode loop needs, in the library that onnxruntime-node ships. The package's own
// binding copies every output, and so the whole KV cache at each step; here nothing is copied.
import koffi from 'koffi';
import { EdgeproofError, problem, reasonOf } from '../../../errors.js';
import { ortLibraryPath } from './shipped-library.js';

/** The version of the C API in 1.30. Later libraries still offer it. */
const API_VERSION = 30;
/** `ORTCHAR_T *` of the C API. */
const PATH = process.platform === 'win32' ? 'const char16_t *' : 'const char *';

/**
 * The index in `struct OrtApi` (onnxruntime_c_api.h) and the parameters of each function that is used. The order is part of
 * the ABI: functions are only ever appended. All of these return an OrtStatus, which is null on success.
 */
const CALLS = {
  createEnv: [3, 'int level, const char *id, _Out_ void **env'],
  disableTelemetry: [6, 'void *env'],
  createSession: [7, `void *env, ${PATH} path, void *options, _Out_ void **session`],
  run: [
    9,
    'void *session, void *options, const void *inputNames, const void *inputs, size_t inputCount, ' +
      'const void *outputNames, size_t outputCount, void *outputs',
  ],
  createSessionFromArray: [8, 'void *env, const void *model, size_t bytes, void *options, _Out_ void **session'],
  createSessionOptions: [10, '_Out_ void **options'],
  setExecutionMode: [13, 'void *options, int mode'],
  enableProfiling: [14, `void *options, ${PATH} filePrefix`],
  enableMemoryPattern: [16, 'void *options'],
  disableMemoryPattern: [17, 'void *options'],
  enableArena: [18, 'void *options'],
  disableArena: [19, 'void *options'],
  setLogSeverity: [22, 'void *options, int level'],
  setGraphOptimization: [23, 'void *options, int level'],
  setIntraOpThreads: [24, 'void *options, int threads'],
  setInterOpThreads: [25, 'void *options, int threads'],
  createTensorIn: [48, 'void *allocator, const int64_t *dims, size_t rank, int type, _Out_ void **value'],
  createTensor: [
    49,
    'void *memory, const void *data, size_t bytes, const int64_t *dims, size_t rank, int type, _Out_ void **value',
  ],
  tensorData: [51, 'void *value, _Out_ void **data'],
  elementCount: [64, 'void *info, _Out_ size_t *count'],
  tensorInfo: [65, 'void *value, _Out_ void **info'],
  createMemory: [68, 'const char *name, int allocator, int device, int type, _Out_ void **memory'],
  createCpuMemory: [69, 'int allocator, int type, _Out_ void **memory'],
  allocatorType: [74, 'void *info, _Out_ int *type'],
  allocatorInfo: [77, 'void *allocator, _Out_ void **info'],
  defaultAllocator: [78, '_Out_ void **allocator'],
  endProfiling: [110, 'void *session, void *allocator, _Out_ void **path'],
  addConfigEntry: [130, 'void *options, const char *key, const char *value'],
  createAllocator: [131, 'void *session, void *memory, _Out_ void **allocator'],
  appendCuda: [204, 'void *options, void *cudaOptions'],
  createCudaOptions: [205, '_Out_ void **cudaOptions'],
  appendProvider: [216, 'void *options, const char *name, const void *keys, const void *values, size_t count'],
  readConfigEntry: [238, 'void *options, const char *key, void *value, _Inout_ size_t *length'],
  memoryPatternEnabled: [409, 'void *options, _Out_ int *enabled'],
} as const;

const RELEASES = { status: 93, session: 95, value: 96, tensorInfo: 99, sessionOptions: 100, cudaOptions: 208 } as const;
const ERROR_MESSAGE = 2;
const TABLE_LENGTH = 410;

type Name = keyof typeof CALLS;
/** Pointers are bigints. */
export type Pointer = bigint;
export type Argument = Pointer | number | string | null | ArrayBufferView | number[] | [unknown];

export interface OrtLibrary {
  /** Throws `runtime-failed` with ONNX Runtime's message when the call fails. */
  call(name: Name, ...parameters: Argument[]): void;
  /** Like `call`, for functions whose last parameter receives the result. */
  create(name: Name, ...parameters: Argument[]): Pointer;
  release: Record<keyof typeof RELEASES, (object: Pointer) => void>;
}

let library: OrtLibrary | undefined;
/** Kept, because the library is unloaded when the handle is garbage collected. */
let handle: ReturnType<typeof koffi.load> | undefined;

/** Loads the shared library into this process, once. Throws `runtime-missing` when this platform has none. */
export function loadOrtLibrary(): OrtLibrary {
  library ??= bindLibrary();
  return library;
}

function bindLibrary(): OrtLibrary {
  // Must be set before the library is loaded, or it sends telemetry.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const table = functionTable();
  const bound = (place: number, signature: string) => koffi.decode(table[place]!, koffi.proto(signature));
  const release = (place: number) => bound(place, `void release${place}(void *object)`);
  const message = bound(ERROR_MESSAGE, 'const char *errorMessage(void *status)') as (status: Pointer) => string;
  const functions = Object.fromEntries(
    Object.entries(CALLS).map(([name, [place, parameters]]) => [name, bound(place, `void *${name}(${parameters})`)]),
  ) as Record<Name, (...parameters: Argument[]) => Pointer | null>;
  const releases = Object.fromEntries(
    Object.entries(RELEASES).map(([name, place]) => [name, release(place)]),
  ) as OrtLibrary['release'];

  const call = (name: Name, ...parameters: Argument[]) => {
    const status = functions[name](...parameters);
    if (!status) return;
    const reason = message(status);
    releases.status(status);
    throw problem('runtime-failed', { runtime: 'onnxruntime', reason });
  };
  return {
    call,
    create(name, ...parameters) {
      const out: [Pointer | null] = [null];
      call(name, ...parameters, out);
      return out[0]!;
    },
    release: releases,
  };
}

/** The function pointers of `struct OrtApi`. */
function functionTable(): Pointer[] {
  try {
    handle = koffi.load(ortLibraryPath());
    const getBase = handle.func('void *OrtGetApiBase()') as () => Pointer;
    const [getApi] = koffi.decode(getBase(), koffi.array('void *', 1)) as [Pointer];
    const api = koffi.call(getApi, koffi.proto('void *GetApi(uint32_t version)'), API_VERSION) as Pointer | null;
    if (!api) throw problem('runtime-missing', { runtime: 'onnxruntime-node', reason: 'it is older than 1.30' });
    return koffi.decode(api, koffi.array('void *', TABLE_LENGTH)) as Pointer[];
  } catch (error) {
    if (error instanceof EdgeproofError) throw error;
    throw problem('runtime-missing', { runtime: 'onnxruntime-node', reason: reasonOf(error) }, error);
  }
}
