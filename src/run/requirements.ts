// What a run needs beyond its files: told before anything is written or measured.

import type { CaseResult, ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { missingRuntime } from '../worker/installed.js';
import { tokensOf } from './jobs.js';
import { findSource } from './prepare.js';

/** An optional runtime that is missing is told before anything is written. */
export function requireRuntimes({ cases }: ResultDocument): void {
  const missing = missingRuntime(cases.map(({ key }) => key.runtime));
  if (missing !== null) throw problem('runtime-not-installed', missing);
}

/** Also finds every model, so that a missing one is told before the first is measured. */
export function requireContext(document: ResultDocument): void {
  for (const { id, key } of document.cases) {
    const source = findSource(key);
    if (source.weights === 'real' && source.located.kind === 'onnx' && needsFolder(key)) {
      throw problem('input-invalid', {
        what: `${id}: a single .onnx file has no tokenizer and no configuration`,
        expected: 'a folder in transformers.js layout, or --runtime onnxruntime with a generate workload',
      });
    }
    const tokens = tokensOf(key);
    const { context } = source.facts;
    if (context !== null && tokens > context) throw problem('prompt-too-long', { case: id, tokens, context });
  }
}

function needsFolder({ runtime, workload }: CaseResult['key']): boolean {
  return RUNTIMES[runtime].needsFolder || workloadRow(workload).needsTokenizer(workload);
}
