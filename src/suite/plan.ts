// Suite → cases: the product of its dimensions, each with a readable id.
import { problem } from '../errors.js';
import type { CheckpointDtype, CheckpointLayout } from '../models/checkpoint.js';
import { type Limits, limitDimensions } from './limits.js';
import type { ExecutionProvider, RuntimeName, Suite, Weights, Workload } from './schema.js';

export type CaseWorkload =
  | { kind: 'generate'; prompt: number; new: number; depth: number }
  | { kind: 'micro'; task: 'tokenize' | 'session-run'; timeMs: number; samples: number; warmup: number };

/** Every dimension of a case, as it is effectively used. */
export interface CaseKey {
  model: string;
  weights: Weights;
  /** Of synthetic weights; a real checkpoint is laid out as its maker did. */
  layout: CheckpointLayout | null;
  dtype: CheckpointDtype;
  runtime: RuntimeName;
  ep: ExecutionProvider;
  threads: number;
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
}

/** Cases in suite order. `automaticThreads` resolves `auto`. */
export function planCases(
  suite: Suite,
  automaticThreads: number,
  traitsOf: (model: string) => ModelTraits = () => ({ weights: 'synthetic', dtype: null, format: 'onnx' }),
): Case[] {
  const cases = new Map<string, Case>();
  const variants = suite.models.flatMap((model) => {
    const traits = traitsOf(model);
    const dtypes = traits.dtype === null ? suite.dtypes : [traits.dtype];
    return (suite.weights ?? [traits.weights]).map((weights) => ({ model, weights, dtypes, format: traits.format }));
  });
  for (const { model, weights, dtypes, format } of variants)
    for (const { layout, runtimes } of weights === 'synthetic' ? syntheticFiles(suite) : realFiles(suite, format))
      for (const dtype of dtypes)
        for (const runtime of runtimes)
          for (const ep of suite.eps)
            for (const threads of suite.threads)
              for (const workload of suite.workloads.flatMap(expandWorkload)) {
                if (runtime === 'llama.cpp' && (ep !== 'cpu' || workload.kind !== 'generate')) continue;
                if (layout === 'split' && ep !== 'cpu') continue;
                const used = threads === 'auto' ? automaticThreads : threads;
                const key: CaseKey = {
                  model,
                  weights,
                  layout,
                  dtype,
                  runtime,
                  ep,
                  threads: used,
                  workload,
                };
                const id = caseId(key);
                cases.set(id, { id, key });
              }
  if (cases.size > 0) return [...cases.values()];
  throw problem('input-invalid', {
    what: `none of the runtimes ${suite.runtimes.join(', ')} runs what suite ${suite.name} asks for`,
    expected:
      'llama.cpp for .gguf files, with generate workloads on ep cpu; onnxruntime on ep cpu for layout split; another runtime for everything else',
  });
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
      workload.new.map((tokens) => ({ kind: workload.kind, prompt, new: tokens, depth })),
    ),
  );
}

/** `generate/model=…/layout=…/dtype=…/runtime=…/ep=…/threads=…[/memory-limit=…]/prompt=…/new=…[/depth=…]` */
export function caseId(key: CaseKey): string {
  const { workload } = key;
  const dimensions = Object.entries(caseDimensions(key)).map(([name, value]) => `${name}=${value}`);
  return [workload.kind === 'micro' ? `micro/${workload.task}` : workload.kind, ...dimensions].join('/');
}

/** The dimensions that tell cases apart, by the names of their command-line options. */
export function caseDimensions(key: CaseKey): Record<string, string> {
  const { model, weights, layout, dtype, runtime, ep, threads, workload, limits } = key;
  const lengths =
    workload.kind === 'generate'
      ? { prompt: workload.prompt, new: workload.new, ...(workload.depth > 0 ? { depth: workload.depth } : {}) }
      : {};
  // Ids of synthetic cases do not name their weights: results of earlier versions keep matching.
  const kind = weights === 'synthetic' ? { layout } : { weights };
  const all = { model, ...kind, dtype, runtime, ep, threads, ...limitDimensions(limits), ...lengths };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

/** Rounds interleaved over cases, so that drift of the machine hits all alike. */
export function runOrder(cases: Case[], rounds: number): { case: Case; round: number }[] {
  return Array.from({ length: rounds }, (_, round) => cases.map((planned) => ({ case: planned, round }))).flat();
}
