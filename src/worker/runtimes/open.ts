// Runtime name → runtime. Adding one is a file in this folder, a case here and its name in suite/schema.ts.
import type { Job } from '../protocol.js';
import { openLlamaCpp } from './llama-cpp.js';
import { openOnnxRuntime } from './onnxruntime.js';
import type { Runtime } from './runtime.js';
import { openTransformers } from './transformers-js.js';

export async function openRuntime(job: Pick<Job, 'key' | 'directory' | 'graph' | 'longestPass'>): Promise<Runtime> {
  const { runtime, threads, ep, dtype, options, workload } = job.key;
  const capacity = workload.kind === 'micro' ? 1 : workload.depth + workload.prompt + workload.new;
  switch (runtime) {
    case 'onnxruntime':
      return openOnnxRuntime({ graph: job.graph, threads, ep, options, capacity, longestPass: job.longestPass });
    case 'transformers.js':
      return openTransformers({ directory: job.directory, dtype, threads, ep, options });
    case 'llama.cpp':
      return openLlamaCpp({ model: job.graph, threads, capacity });
  }
}
