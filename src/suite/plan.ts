// Suite → cases: the product of its dimensions, each with a readable id.

import { type Case, type CaseKey, caseId } from '../contract/case-key.js';
import type { Dtype } from '../contract/dtypes.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import { type FileFormat, LAYOUT_NAMES, LAYOUTS, type Layout, layoutRow } from '../contract/layouts.js';
import { distinctOptions, type OptionSet } from '../contract/option-set.js';
import { RUNTIMES, type RuntimeName } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';
import type { Weights } from '../contract/weights.js';
import { type CaseWorkload, workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { fitOptions } from './option-fit.js';

/** What a model runs with unless told, its dtype where it has but one, and the format of its real weights. */
export interface ModelTraits {
  weights: Weights;
  dtype: Dtype | null;
  format: FileFormat;
  /** Its files are there and are used as they are, whatever weights and layouts a suite asks for. */
  given?: boolean;
}

/** Cases in suite order. `automaticThreads` resolves `auto`. */
export function planCases(
  suite: Suite,
  automaticThreads: number,
  traitsOf: (model: string) => ModelTraits = () => ({ weights: 'synthetic', dtype: null, format: 'onnx' }),
): Case[] {
  const cases = new Map<string, Case>();
  const optionSets = fitOptions(suite.options ?? [{}]);
  const variants = suite.models.flatMap((model) => {
    const traits = traitsOf(model);
    const dtypes = traits.dtype === null ? suite.dtypes : [traits.dtype];
    const { format, given = false } = traits;
    const kinds = given ? [traits.weights] : (suite.weights ?? [traits.weights]);
    return kinds.map((weights) => ({ model, weights, dtypes, format, given }));
  });
  for (const { model, weights, dtypes, format, given } of variants)
    for (const { layout, runtimes } of weights === 'synthetic' && !given
      ? syntheticFiles(suite)
      : realFiles(suite, format))
      for (const dtype of dtypes)
        for (const runtime of runtimes)
          for (const ep of suite.eps)
            for (const threads of suite.threads)
              for (const asked of optionSets.forCase({ runtime, ep, layout }))
                for (const workload of suite.workloads.flatMap((workload) => workloadRow(workload).expand(workload))) {
                  if (!runs(runtime, layout, ep, workload)) continue;
                  const used = threads === 'auto' ? automaticThreads : threads;
                  const key: CaseKey = { model, weights, layout, dtype, runtime, ep, threads: used, workload };
                  const options = optionsFor(key, asked);
                  if (options !== undefined) key.options = options;
                  const id = caseId(key);
                  cases.set(id, { id, key });
                }
  optionSets.requireUsed();
  if (cases.size > 0) return [...cases.values()];
  throw problem('input-invalid', {
    what: `none of the runtimes ${suite.runtimes.join(', ')} runs what suite ${suite.name} asks for`,
    expected:
      'llama.cpp for .gguf files, with generate or sustained workloads on ep cpu; onnxruntime on ep cpu for layout split; another runtime for everything else',
  });
}

/** Tokenizing opens no session. */
function optionsFor({ workload }: CaseKey, asked: OptionSet): OptionSet | undefined {
  return workloadRow(workload).opensSession(workload) ? distinctOptions(asked) : undefined;
}

interface Files {
  layout: Layout | null;
  runtimes: RuntimeName[];
}

/** Synthetic weights exist in all file formats: the layouts of a suite are those of its ONNX graphs. */
function syntheticFiles({ layouts, runtimes }: Suite): Files[] {
  const others = LAYOUT_NAMES.filter((layout) => LAYOUTS[layout].format !== 'onnx');
  return [...layouts, ...others].map((layout) => ({
    layout,
    runtimes: runtimes.filter((runtime) => RUNTIMES[runtime].layouts.includes(layout)),
  }));
}

function realFiles({ runtimes }: Suite, format: FileFormat): Files[] {
  return [{ layout: null, runtimes: runtimes.filter((runtime) => RUNTIMES[runtime].format === format) }];
}

function runs(runtime: RuntimeName, layout: Layout | null, ep: ExecutionProvider, { kind }: CaseWorkload): boolean {
  const { eps, workloads } = RUNTIMES[runtime];
  return eps.includes(ep) && workloads.includes(kind) && (layoutRow(layout)?.eps?.includes(ep) ?? true);
}

/** A workload that is meant to last does so on top of what any other worker may take. */
export function roundTimeoutSeconds({ workload }: CaseKey, timeoutSeconds: number): number {
  return timeoutSeconds + workloadRow(workload).seconds(workload);
}
