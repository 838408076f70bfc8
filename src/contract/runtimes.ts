// The runtimes: what each reads, where it runs, what it can be asked and told. Adding one is a row here and a file of the
// same name in worker/runtimes/. Pure.
import type { Dtype } from './dtypes.js';
import type { ExecutionProvider } from './execution-providers.js';
import type { FileFormat, Layout } from './layouts.js';
import type { OptionName } from './options.js';
import type { WorkloadKind } from './workloads.js';

export const RUNTIME_NAMES = ['onnxruntime', 'transformers.js', 'llama.cpp'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** Versions of what a result was measured with, by name; null: not installed. */
export type Versions = { node: string; v8: string } & Record<RuntimeName, string | null>;

/** A package that users install themselves. */
export interface OptionalPackage {
  /** The release that edgeproof is made for and tested with. */
  release: string;
  /** The scope of its binary packages, and their names where they are not `<platform>-<arch>`. */
  builds: { scope: string; names: Record<string, string> };
  /** The file inside that tells the version of the engine it brings. */
  engine: { name: string; file: string; field: string };
}

export interface RuntimeRow {
  format: FileFormat;
  /** Layouts of synthetic checkpoints that it runs. */
  layouts: readonly Layout[];
  eps: readonly ExecutionProvider[];
  workloads: readonly WorkloadKind[];
  /** Session options that it takes, beside its defaults; config: any session config entry of ONNX Runtime. */
  options: readonly (OptionName | 'config')[];
  /** Options that an identity names even where they are the default, since results have always named them. */
  namedDefaults: readonly OptionName[];
  /** The npm package, and how to get it where it is not a dependency. */
  package: string;
  optional: OptionalPackage | null;
  /** The version, as the identity of a case has it. */
  version(versions: Versions): string;
  /** The engine below it and its version, as headings have it. */
  engine(versions: Versions): string;
  /** Whose kernels multiply: those of ONNX Runtime are held against its ceilings, others against bandwidth alone. */
  kernels: 'onnxruntime' | 'own';
  /** The coarsest numbers that products are computed in, where that does not stand in the graph. */
  arithmetic: ((dtype: Dtype) => 'float32' | 'float16' | 'int8') | null;
  /** It answers with the logits behind its tokens. */
  showsLogits: boolean;
  /** It reads prompts in passes as long as the execution provider computes rightly. */
  splitsPrompts: boolean;
  /** It needs a folder in transformers.js layout, not only a graph. */
  needsFolder: boolean;
  /** It computes in half precision where the graph does; ONNX Runtime on a CPU converts to single precision. */
  hasHalfKernels: boolean;
  /** What each step costs beside computing, as an explanation of a low share of the ceiling. */
  stepCost: string | null;
  /** Environment of its worker process. */
  environment: Record<string, string>;
}

const SESSION_OPTIONS = ['spinning', 'arena', 'memoryPattern', 'graphOptimization', 'hugePages', 'config'] as const;

export const RUNTIMES: Record<RuntimeName, RuntimeRow> = {
  onnxruntime: {
    format: 'onnx',
    layouts: ['tuned', 'published', 'split'],
    eps: ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
    workloads: ['generate', 'sustained', 'micro'],
    options: [...SESSION_OPTIONS, 'kvDtype'],
    namedDefaults: ['graphOptimization'],
    package: 'onnxruntime-node',
    optional: null,
    version: (versions) => versions.onnxruntime!,
    engine: (versions) => `onnxruntime ${versions.onnxruntime}`,
    kernels: 'onnxruntime',
    arithmetic: null,
    showsLogits: true,
    splitsPrompts: true,
    needsFolder: false,
    hasHalfKernels: false,
    stepCost: null,
    environment: {},
  },
  'transformers.js': {
    format: 'onnx',
    layouts: ['tuned', 'published'],
    eps: ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
    workloads: ['generate', 'sustained', 'micro'],
    options: SESSION_OPTIONS,
    namedDefaults: [],
    package: '@huggingface/transformers',
    optional: null,
    version: (versions) => `${versions['transformers.js']} on onnxruntime ${versions.onnxruntime}`,
    engine: (versions) => `onnxruntime ${versions.onnxruntime}`,
    kernels: 'onnxruntime',
    arithmetic: null,
    showsLogits: false,
    splitsPrompts: false,
    needsFolder: true,
    hasHalfKernels: false,
    stepCost: 'transformers.js copies the whole KV cache at each step',
    environment: {},
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
    // It rounds activations to 8 bits for its block formats, and keeps its KV cache in float16.
    arithmetic: (dtype) => (/^fp/.test(dtype) ? 'float16' : 'int8'),
    showsLogits: false,
    splitsPrompts: true,
    needsFolder: false,
    hasHalfKernels: true,
    stepCost: null,
    // Its threads belong to the one that called: with several callers in Node's pool, each call wakes another team while
    // the last one still spins. One caller is as fast as llama-bench (docs/research/).
    environment: { UV_THREADPOOL_SIZE: '1' },
  },
};
