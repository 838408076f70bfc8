// The checkpoints that cases need: verified, or written now, with progress; each with the facts of its graph.
import type { Dtype, Layout } from '../models/architectures/linear.js';
import type { Routing } from '../models/architectures/schedule.js';
import { cacheDirectory } from '../models/cache.js';
import type { Checkpoint } from '../models/checkpoint.js';
import { type Model, modelById } from '../models/registry.js';
import { ensureSynthetic } from '../models/synthesize.js';
import { graphFacts } from '../onnx/facts.js';
import { readModel } from '../onnx/read.js';
import { byteProgress } from '../report/progress.js';
import type { CheckpointFacts } from '../result/document.js';
import { createProgress, say } from './terminal.js';

export interface Wanted {
  model: string;
  layout: Layout;
  dtype: Dtype;
  seed: number;
  routing?: Routing;
}

export async function prepareCheckpoint(wanted: Wanted, signal: AbortSignal): Promise<CheckpointFacts> {
  const model = modelById(wanted.model);
  const name = `${wanted.model} ${wanted.layout} ${wanted.dtype}`;
  const checkpoint = await ensureWithProgress(model, wanted, name, signal);
  return { checkpoint, facts: graphFacts(readModel(checkpoint.graph)) };
}

async function ensureWithProgress(
  model: Model,
  wanted: Wanted,
  name: string,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const progress = createProgress();
  const started = { verify: 0, write: 0 };
  let total = 0;
  try {
    const { checkpoint, written } = await ensureSynthetic(
      { ...wanted, model },
      {
        cache: cacheDirectory(),
        signal,
        onProgress({ step, doneBytes, totalBytes }) {
          started[step] ||= performance.now();
          total = totalBytes;
          const what = step === 'verify' ? `verifying ${name}` : `writing ${name}`;
          progress.show(byteProgress(what, doneBytes, totalBytes, performance.now() - started[step]));
        },
      },
    );
    progress.clear();
    if (written !== null) {
      if (written !== 'absent' && written !== 'stale') say(`${name}: ${written}; it was written anew`);
      say(byteProgress(`wrote synthetic ${name}`, total, total, performance.now() - started.write));
    }
    return checkpoint;
  } catch (error) {
    progress.clear();
    throw error;
  }
}
