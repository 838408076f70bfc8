// The part of ONNX Runtime's C API that a decode loop needs, in the library that onnxruntime-node ships. The package's own
// binding copies every output, and so the whole KV cache at each step; here nothing is copied.
import koffi from 'koffi';
import { EdgeproofError, problem, reasonOf } from '../../../errors.js';
import { ortLibrary } from './shipped-library.js';

/** The newest version of the C API that is asked for, that of 1.30. Later libraries still offer it. */
const API_VERSION = 30;
/** The minor version of the oldest library that is tried in the tests of the C API. */
const OLDEST_VERSION = 20;
/** `ORTCHAR_T *` of the C API. */
const PATH = process.platform === 'win32' ? 'const char16_t *' : 'const char *';

/**
 * The index in `struct OrtApi` (onnxruntime_c_api.h) and the parameters of each function that is used. The order is part of
 * the ABI: functions are only ever appended; a third value is the version of the API that appended one. All of these return an
 * OrtStatus, which is null on success.
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
  memoryPatternEnabled: [419, 'void *options, _Out_ int *enabled', 27],
} as const satisfies Record<string, readonly [place: number, parameters: string, since?: number]>;

const RELEASES = { status: 93, session: 95, value: 96, tensorInfo: 99, sessionOptions: 100, cudaOptions: 208 } as const;
const ERROR_MESSAGE = 2;

type Name = keyof typeof CALLS;
const NAMES = Object.keys(CALLS) as Name[];
/** Pointers are bigints. */
export type Pointer = bigint;
export type Argument = Pointer | number | string | null | ArrayBufferView | number[] | [unknown];

export interface OrtLibrary {
  /** Whether this version of the library has the function; others have all but those with a version in the table. */
  offers(name: Name): boolean;
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
  const { table, version } = functionTable();
  const offers = (name: Name) => (CALLS[name][2] ?? 0) <= version;
  const bound = (place: number, signature: string) => koffi.decode(table[place]!, koffi.proto(signature));
  const release = (place: number) => bound(place, `void release${place}(void *object)`);
  const message = bound(ERROR_MESSAGE, 'const char *errorMessage(void *status)') as (status: Pointer) => string;
  const functions = Object.fromEntries(
    NAMES.filter(offers).map((name) => [name, bound(CALLS[name][0], `void *${name}(${CALLS[name][1]})`)]),
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
    offers,
    call,
    create(name, ...parameters) {
      const out: [Pointer | null] = [null];
      call(name, ...parameters, out);
      return out[0]!;
    },
    release: releases,
  };
}

/** The function pointers of `struct OrtApi` that this version of the library has. */
function functionTable(): { table: Pointer[]; version: number } {
  const { path, version: expected } = ortLibrary();
  try {
    handle = koffi.load(path);
    const getBase = handle.func('void *OrtGetApiBase()') as () => Pointer;
    const [getApi, getVersion] = koffi.decode(getBase(), koffi.array('void *', 2)) as [Pointer, Pointer];
    const found = koffi.call(getVersion, koffi.proto('const char *GetVersionString()')) as string;
    if (expected !== null && found !== expected.replace(/-.*/, ''))
      throw missing(`the library ${path} is version ${found}, its package says ${expected}`);
    const minor = Number(found.split('.')[1]);
    if (!(minor >= OLDEST_VERSION))
      throw missing(`version ${found} is older than 1.${OLDEST_VERSION}, the oldest that is supported`);
    const version = Math.min(minor, API_VERSION);
    const api = koffi.call(getApi, koffi.proto('void *GetApi(uint32_t version)'), version) as Pointer | null;
    if (!api) throw missing(`version ${found} does not offer version ${version} of its C API`);
    const places = NAMES.map((name) => CALLS[name]).filter(([, , since = 0]) => since <= version);
    const length = 1 + Math.max(...places.map(([place]) => place));
    return { table: koffi.decode(api, koffi.array('void *', length)) as Pointer[], version };
  } catch (error) {
    throw error instanceof EdgeproofError ? error : missing(reasonOf(error), error);
  }
}

function missing(reason: string, cause?: unknown): EdgeproofError {
  return problem('runtime-missing', { runtime: 'onnxruntime-node', reason }, cause);
}
