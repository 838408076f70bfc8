// What the cases of a run need, checked before anything is written or measured.
import { join } from 'node:path';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import type { Sources } from '../models/source.js';
import type { Executor } from '../worker/executor.js';
import type { Listener } from './events.js';

/** Also finds every model, so that a missing one, or one that cannot be driven, is reported before the first is measured. */
export function requireModels({ cases }: ResultDocument, { sourceOf }: Sources): void {
  for (const { id, key } of cases) {
    const source = sourceOf(key);
    const workload = workloadRow(key.workload);
    const needsFolder = RUNTIMES[key.runtime].needsFolder || workload.needsTokenizer(key.workload);
    if (source.weights === 'real' && source.located.kind === 'onnx' && needsFolder) {
      throw problem('input-invalid', {
        what: `${id}: a single .onnx file has no tokenizer and no configuration`,
        expected: 'a folder in transformers.js layout, or --runtime onnxruntime with a generate workload',
      });
    }
    if (source.weights === 'real' && source.notADecoder !== null && RUNTIMES[key.runtime].needsDecoder) {
      const { directory, graph } = source.located;
      throw problem('decoder-unsupported', { path: join(directory, graph), reason: source.notADecoder });
    }
    const tokens = workload.positions(key.workload);
    const { context } = source.facts;
    if (context !== null && tokens > context) throw problem('prompt-too-long', { case: id, tokens, context });
  }
}

/** Tries the limits of cases; one that the executor cannot hold a worker to is an error. */
export async function requireLimits(executor: Executor, cases: CaseResult[], onEvent: Listener): Promise<void> {
  const distinct = new Map(cases.map(({ key: { limits } }) => [JSON.stringify(limits), limits]));
  for (const limits of distinct.values()) {
    if (limits === undefined) continue;
    onEvent({ type: 'limits-held', limits, method: await executor.tryLimits(limits) });
  }
}
