// What llama-bench calls things, in edgeproof's words: a test, a model file, its weight format, the backend.
import type { Dtype } from '../contract/dtypes.js';
import type { ExecutionProvider, ForeignBackend } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import type { LlamaBenchEntry } from '../formats/llama-bench.js';

export type Test = Record<'prompt' | 'new' | 'depth', number>;

/** null for one time of both a prompt and generation, which cannot be told apart. */
export function testOf({ test, n_prompt, n_gen, n_depth }: LlamaBenchEntry): Test | null {
  // `-gp` of ik_llama.cpp: the clock starts behind the prompt.
  if (/^tg\d+@pp\d+$/.test(test ?? '')) return { prompt: 0, new: n_gen, depth: n_depth + n_prompt };
  return n_prompt > 0 && n_gen > 0 ? null : { prompt: n_prompt, new: n_gen, depth: n_depth };
}

/** Paths of other machines, Windows among them, stay there. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}

export function fileWords({ model_type, model_size, model_n_params }: LlamaBenchEntry): string {
  return `${model_type}, ${model_size} bytes, ${model_n_params} parameters`;
}

const DTYPES_OF_LLAMA: readonly [RegExp, (bits: string) => string][] = [
  [/\b(?:I|T)?Q([1-6])_/, (bits) => `q${bits}`],
  [/\bQ8_/, () => 'int8'],
  [/\b(?:MX|NV)FP4\b/, () => 'q4'],
  [/\bB?F16\b/, () => 'fp16'],
  [/\bF32\b/, () => 'fp32'],
];

/** By the format that most of the file has: `qwen2 7B Q4_K - Medium`. */
export function dtypeOf({ model_type }: LlamaBenchEntry, path: string): Dtype {
  for (const [pattern, dtype] of DTYPES_OF_LLAMA) {
    const match = pattern.exec(model_type);
    if (match !== null) return dtype(match[1] ?? '') as Dtype;
  }
  throw problem('input-invalid', {
    what: `${path}: model_type "${model_type}" names no weight format that edgeproof knows`,
    expected: 'the nearest one: --dtype q4',
  });
}

const BACKENDS: readonly [RegExp, ExecutionProvider | ForeignBackend][] = [
  [/^(CPU)?$/i, 'cpu'],
  [/,/, 'several'],
  [/^CUDA/i, 'cuda'],
  [/^(ROCm|HIP)/i, 'rocm'],
  [/^(Metal|MTL)/i, 'metal'],
  [/^Vulkan/i, 'vulkan'],
  [/^WebGPU/i, 'webgpu'],
  [/^SYCL/i, 'sycl'],
  [/^OpenCL/i, 'opencl'],
  [/^CANN/i, 'cann'],
  [/^MUSA/i, 'musa'],
  [/BLAS/i, 'blas'],
  [/^RPC/i, 'rpc'],
];

/** Builds of before 2025 and their forks have a boolean for each backend. */
const BACKEND_FIELDS = ['cuda', 'vulkan', 'metal', 'sycl', 'opencl', 'rpc', 'gpu_blas', 'blas'];

export function backendOf(entry: LlamaBenchEntry): string {
  const flagged = BACKEND_FIELDS.filter((name) => entry[name] === true);
  const named = entry.backends ?? flagged[0] ?? '';
  return BACKENDS.find(([pattern]) => pattern.test(named))?.[1] ?? 'other';
}
