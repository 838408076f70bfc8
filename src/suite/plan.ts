// Suite → cases: the product of its dimensions, each with a readable id.

import { type Limits, limitDimensions } from '../contract/limits.js';
import { distinctOptions, type OptionSet, optionDimensions } from '../contract/option-set.js';
import type { ExecutionProvider, RuntimeName, Suite, Weights, Workload } from '../contract/suite.js';
import { problem } from '../errors.js';
import type { CheckpointDtype, CheckpointLayout } from '../models/checkpoint.js';
import { fitOptions } from './option-fit.js';

export type CaseWorkload =
  | { kind: 'generate'; prompt: number; new: number; depth: number }
  | { kind: 'sustained'; prompt: number; new: number; depth: number; seconds: number }
  | { kind: 'micro'; task: 'tokenize' | 'session-run'; timeMs: number; samples: number; warmup: number };

/** Every dimension of a case, as it is effectively used. */
export interface CaseKey {
  model: string;
  weights: Weights;
  /** Of synthetic weights that are made here; other files are laid out as their maker did. */
  layout: CheckpointLayout | null;
  dtype: CheckpointDtype;
  runtime: RuntimeName;
  ep: ExecutionProvider;
  threads: number;
  /** What differs from the runtime's own defaults; left out where nothing does. */
  options?: OptionSet;
  workload: CaseWorkload;
  /** What the worker is held to; left out where nothing is. */
  limits?: Limits;
}

export interface Case {
  id: string;
  key: CaseKey;
}

/** What a model runs with unless told, its dtype where it has but one, and the format of its real weights. */
export interface ModelTraits {
  weights: Weights;
  dtype: CheckpointDtype | null;
  format: 'onnx' | 'gguf';
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
                for (const workload of suite.workloads.flatMap(expandWorkload)) {
                  if (runtime === 'llama.cpp' && (ep !== 'cpu' || workload.kind === 'micro')) continue;
                  if (layout === 'split' && ep !== 'cpu') continue;
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
  return workload.kind === 'micro' && workload.task === 'tokenize' ? undefined : distinctOptions(asked);
}

interface Files {
  layout: CheckpointLayout | null;
  runtimes: RuntimeName[];
}

/** llama.cpp reads GGUF files and nothing else; nothing else reads them. */
const readsGguf = (runtime: RuntimeName) => runtime === 'llama.cpp';
const readsOnnx = (runtime: RuntimeName) => !readsGguf(runtime);
/** Others would read prompts with the decoder graph, and measure `tuned` under another name. */
const readsPrefillGraph = (runtime: RuntimeName) => runtime === 'onnxruntime';

/** Synthetic weights exist in both formats: the layouts of a suite are those of its ONNX graphs. */
function syntheticFiles({ layouts, runtimes }: Suite): Files[] {
  return [
    ...layouts.map((layout) => ({
      layout,
      runtimes: runtimes.filter(layout === 'split' ? readsPrefillGraph : readsOnnx),
    })),
    { layout: 'gguf', runtimes: runtimes.filter(readsGguf) },
  ];
}

function realFiles({ runtimes }: Suite, format: ModelTraits['format']): Files[] {
  return [{ layout: null, runtimes: runtimes.filter(format === 'gguf' ? readsGguf : readsOnnx) }];
}

function expandWorkload(workload: Workload): CaseWorkload[] {
  if (workload.kind === 'micro') return [workload];
  return workload.depth.flatMap((depth) =>
    workload.prompt.flatMap((prompt) =>
      workload.new.map((tokens): CaseWorkload => {
        const lengths = { prompt, new: tokens, depth };
        return workload.kind === 'generate'
          ? { kind: workload.kind, ...lengths }
          : { kind: workload.kind, ...lengths, seconds: workload.seconds };
      }),
    ),
  );
}

/** `generate/model=…/layout=…/dtype=…/runtime=…/ep=…/threads=…[/option.…=…][/memory-limit=…]/prompt=…/new=…[/depth=…]` */
export function caseId(key: CaseKey): string {
  const { workload } = key;
  const dimensions = Object.entries(caseDimensions(key)).map(([name, value]) => `${name}=${value}`);
  return [workload.kind === 'micro' ? `micro/${workload.task}` : workload.kind, ...dimensions].join('/');
}

/** The dimensions that tell cases apart, by the names of their command-line options. */
export function caseDimensions(key: CaseKey): Record<string, string> {
  const { model, weights, layout, dtype, runtime, ep, threads, options, limits, workload } = key;
  const lengths =
    workload.kind === 'micro'
      ? {}
      : {
          prompt: workload.prompt,
          new: workload.new,
          ...(workload.depth > 0 ? { depth: workload.depth } : {}),
          ...(workload.kind === 'sustained' ? { seconds: workload.seconds } : {}),
        };
  // Ids of synthetic cases do not name their weights: results of earlier versions keep matching.
  const kind = layout === null ? { weights } : { layout };
  const all = {
    model,
    ...kind,
    dtype,
    runtime,
    ep,
    threads,
    ...optionDimensions(options),
    ...limitDimensions(limits),
    ...lengths,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

/** A sustained workload runs as long as it is asked to, on top of what any other worker may take. */
export function roundTimeoutSeconds({ workload }: CaseKey, timeoutSeconds: number): number {
  return timeoutSeconds + (workload.kind === 'sustained' ? workload.seconds : 0);
}
