// The execution providers of ONNX Runtime: how a session asks for one, where its memory is, and what it needs installed.
// Whether one works on this machine is found by probe.ts, which runs a tiny session on it.
import type { ExecutionProvider } from '../../../contract/vocabulary.js';
import { type EdgeproofError, problem, reasonOf } from '../../../errors.js';
import type { OrtLibrary, Pointer } from './library.js';

interface Provider {
  /** Its name in profiles. */
  name: string;
  append(library: OrtLibrary, options: Pointer): void;
  /** ONNX Runtime's name for its memory; null where tensors stay in main memory between runs. */
  memory: string | null;
  /** What to do where it does not work. */
  install: string;
}

/** For DirectML and Core ML the KV cache stays in main memory, because device memory could not be tried on them. */
export const PROVIDERS: Record<ExecutionProvider, Provider> = {
  cpu: { name: 'CPUExecutionProvider', append() {}, memory: null, install: 'reinstall with `npm ci`' },
  webgpu: {
    name: 'WebGpuExecutionProvider',
    append: byName('WebGPU'),
    memory: 'WebGPU_Buf',
    install:
      'it is bundled for Linux x64, Windows and macOS; on Linux it needs libvulkan1 and the Vulkan driver of the GPU ' +
      '(`vulkaninfo --summary` lists it)',
  },
  cuda: {
    name: 'CUDAExecutionProvider',
    append: appendCuda,
    memory: 'Cuda',
    install:
      'Linux x64 with an NVIDIA driver, CUDA 12 and cuDNN 9; then fetch the library with ' +
      '`node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`',
  },
  dml: {
    name: 'DmlExecutionProvider',
    append(library, options) {
      library.call('disableMemoryPattern', options);
      byName('DML')(library, options);
    },
    memory: null,
    install: 'DirectML exists on Windows 10 or later only, with a GPU that has a DirectX 12 driver',
  },
  coreml: {
    name: 'CoreMLExecutionProvider',
    append: byName('CoreML'),
    memory: null,
    install: 'Core ML exists on macOS (arm64) only',
  },
};

export function epUnavailable(ep: ExecutionProvider, error: unknown): EdgeproofError {
  return problem('ep-unavailable', { ep, reason: plainReason(reasonOf(error)), install: PROVIDERS[ep].install }, error);
}

/** The message of ONNX Runtime without the position in its source. */
function plainReason(text: string): string {
  return text
    .replace(/^onnxruntime: /, '')
    .replace(/^\S+\.(cc|h):\d+ (.* was false\. )?/s, '')
    .replace(/\.?\s*$/, '');
}

function byName(name: string): Provider['append'] {
  return (library, options) => library.call('appendProvider', options, name, null, null, 0);
}

function appendCuda(library: OrtLibrary, options: Pointer): void {
  const cuda = library.create('createCudaOptions');
  try {
    library.call('appendCuda', options, cuda);
  } finally {
    library.release.cudaOptions(cuda);
  }
}
