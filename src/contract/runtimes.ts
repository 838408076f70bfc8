// The runtimes: the files that each reads, where it runs, its workloads and options. A new runtime is a row here and a
// file in worker/runtimes/. Pure.
import type { Dtype } from './dtypes.js';
import type { FileFormat, Layout } from './layouts.js';
import type { OptionName } from './options.js';
import type { ExecutionProvider } from './vocabulary.js';
import type { WorkloadKind } from './workloads.js';

export const RUNTIME_NAMES = ['onnxruntime', 'transformers.js', 'llama.cpp'] as const;
/** What runs where nobody says. */
export const DEFAULT_RUNTIME = RUNTIME_NAMES[0];
/** What edgeproof runs itself. */
export type OwnRuntime = (typeof RUNTIME_NAMES)[number];
/** Other benchmarks, whose results can be imported. The name marks them wherever a case is named. */
export const FOREIGN_RUNTIMES = ['foreign-llama-bench'] as const;
export type ForeignRuntime = (typeof FOREIGN_RUNTIMES)[number];
export type RuntimeName = OwnRuntime | ForeignRuntime;

/** The versions that a result was measured with; null if not installed. */
export type Versions = { node: string; v8: string } & Record<OwnRuntime, string | null>;
/** As a result has them: an imported one has that of its tool alone. */
export type StoredVersions = { [V in keyof Versions]: string | null } & { [F in ForeignRuntime]?: string | undefined };

/** A package that users install themselves. */
export interface OptionalPackage {
  /** The release that edgeproof is tested with. */
  release: string;
  /** The scope of its binary packages; names are listed if they are not `<platform>-<arch>`. */
  builds: { scope: string; names: Record<string, string> };
  /** The file in them that holds the version of the engine. */
  engine: { name: string; file: string; field: string };
}

interface RuntimeRow {
  format: FileFormat;
  /** Layouts of synthetic checkpoints that it runs. */
  layouts: readonly Layout[];
  eps: readonly ExecutionProvider[];
  workloads: readonly WorkloadKind[];
  /** Session options that can be set; config: any session config entry of ONNX Runtime. */
  options: readonly (OptionName | 'config')[];
  /** Options that an identity names even when they are the default, as in older results. */
  namedDefaults: readonly OptionName[];
  /** The npm package; `optional` says how to get it if it is not a dependency. */
  package: string;
  optional: OptionalPackage | null;
  /** The version, as the identity of a case has it. */
  version(versions: StoredVersions): string;
  /** The engine below it and its version, as headings have it. */
  engine(versions: StoredVersions): string;
  /** Whose ceilings bind it: kernels of ONNX Runtime have those of their products and operators, others that of memory alone. */
  kernels: 'onnxruntime' | 'own';
  /** The coarsest type that products are computed in; null if the graph says. */
  arithmetic: ((dtype: Dtype) => 'float32' | 'float16' | 'int8') | null;
  /** It can return the logits of its tokens. */
  showsLogits: boolean;
  /** Where its sessions can be profiled node by node; other execution providers compile many nodes into one. */
  profilesNodes: readonly ExecutionProvider[];
  /** It splits prompts into passes that the execution provider computes correctly. */
  splitsPrompts: boolean;
  /** It drives the graph itself, which must be a decoder; others put several sessions together. */
  needsDecoder: boolean;
  /** Its worker can load the library of an onnxruntime-node in another folder. */
  takesOtherLibrary: boolean;
  /** It needs a folder in transformers.js layout, not just a graph. */
  needsFolder: boolean;
  /** It computes in half precision if the graph does; ONNX Runtime on a CPU converts to single precision. */
  hasHalfKernels: boolean;
  /** What slows each step besides computing; explains a low share of the ceiling. */
  stepCost: string | null;
  /** Environment of its worker process. */
  environment: Record<string, string>;
}

const SESSION_OPTIONS = ['spinning', 'arena', 'memoryPattern', 'graphOptimization', 'hugePages', 'config'] as const;

/** What runtimes on top of ONNX Runtime have in common. */
const ON_ONNX_RUNTIME = {
  format: 'onnx',
  eps: ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
  workloads: ['generate', 'sustained', 'micro'],
  optional: null,
  engine: (versions: StoredVersions) => `onnxruntime ${versions.onnxruntime}`,
  kernels: 'onnxruntime',
  arithmetic: null,
  hasHalfKernels: false,
  environment: {},
} as const;

export const RUNTIMES: Record<RuntimeName, RuntimeRow> = {
  onnxruntime: {
    ...ON_ONNX_RUNTIME,
    layouts: ['tuned', 'published', 'split', 'matched'],
    options: [...SESSION_OPTIONS, 'kvDtype'],
    namedDefaults: ['graphOptimization'],
    package: 'onnxruntime-node',
    version: (versions) => versions.onnxruntime!,
    showsLogits: true,
    profilesNodes: ['cpu', 'webgpu', 'cuda'],
    splitsPrompts: true,
    needsDecoder: true,
    takesOtherLibrary: true,
    needsFolder: false,
    stepCost: null,
  },
  'transformers.js': {
    ...ON_ONNX_RUNTIME,
    layouts: ['tuned', 'published', 'matched'],
    options: SESSION_OPTIONS,
    namedDefaults: [],
    package: '@huggingface/transformers',
    version: (versions) => `${versions['transformers.js']} on onnxruntime ${versions.onnxruntime}`,
    showsLogits: false,
    profilesNodes: [],
    splitsPrompts: false,
    needsDecoder: false,
    takesOtherLibrary: false,
    needsFolder: true,
    stepCost: 'transformers.js copies the whole KV cache at each step',
  },
  'llama.cpp': {
    format: 'gguf',
    layouts: ['gguf'],
    eps: ['cpu'],
    workloads: ['generate', 'sustained'],
    options: [],
    namedDefaults: [],
    package: 'node-llama-cpp',
    optional: {
      release: '3.22.1',
      builds: {
        scope: '@node-llama-cpp',
        names: {
          'darwin-arm64': 'mac-arm64-metal',
          'darwin-x64': 'mac-x64',
          'win32-x64': 'win-x64',
          'win32-arm64': 'win-arm64',
        },
      },
      engine: { name: 'llama.cpp', file: 'llama/llama.cpp.info.json', field: 'tag' },
    },
    version: (versions) => `node-llama-cpp ${versions['llama.cpp']}`,
    engine: (versions) => `node-llama-cpp ${versions['llama.cpp']}`,
    kernels: 'own',
    // Activations of its block formats are rounded to 8 bits; its KV cache is in float16.
    arithmetic: (dtype) => (/^fp/.test(dtype) ? 'float16' : 'int8'),
    showsLogits: false,
    profilesNodes: [],
    splitsPrompts: true,
    needsDecoder: true,
    takesOtherLibrary: false,
    needsFolder: false,
    hasHalfKernels: true,
    stepCost: null,
    // Each calling thread of Node's pool gets its own team of threads, and the previous team still spins. With one
    // calling thread it is as fast as llama-bench (docs/research/).
    environment: { UV_THREADPOOL_SIZE: '1' },
  },
  'foreign-llama-bench': {
    format: 'gguf',
    layouts: [],
    eps: [],
    workloads: [],
    options: [],
    namedDefaults: [],
    package: 'llama-bench',
    optional: null,
    version: engineOfLlamaBench,
    engine: engineOfLlamaBench,
    kernels: 'own',
    arithmetic: null,
    showsLogits: false,
    profilesNodes: [],
    splitsPrompts: false,
    needsDecoder: true,
    takesOtherLibrary: false,
    needsFolder: false,
    hasHalfKernels: true,
    stepCost: null,
    environment: {},
  },
};

function engineOfLlamaBench(versions: StoredVersions): string {
  return `llama-bench ${versions['foreign-llama-bench']}, foreign`;
}

export function isForeign(runtime: RuntimeName): runtime is ForeignRuntime {
  return (FOREIGN_RUNTIMES as readonly string[]).includes(runtime);
}
