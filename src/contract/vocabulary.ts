// Short lists of names that suites, cases and results share. Pure, and free of zod.

/** Whether weights are random numbers in the exact shapes of a model, or the model's own. */
export const WEIGHTS = ['synthetic', 'real'] as const;
export type Weights = (typeof WEIGHTS)[number];

/** Where ONNX Runtime runs a graph. */
export const EXECUTION_PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** What other engines compute on, in results that were imported; `other`: the settings of the case name it. */
export const FOREIGN_BACKENDS = [
  'metal',
  'vulkan',
  'rocm',
  'sycl',
  'opencl',
  'cann',
  'musa',
  'blas',
  'rpc',
  'several',
  'other',
] as const;
export type ForeignBackend = (typeof FOREIGN_BACKENDS)[number];

/** The condition of the machine during a round, best first (docs/condition.md). */
export const GRADES = ['A', 'B', 'C'] as const;
export type Grade = (typeof GRADES)[number];

/**
 * Which experts the tokens of a synthetic mixture of experts use. `balanced`: every expert equally often. `skewed`: expert e
 * about 1 / (e + 1) as often as the first. `one`: the same few for every token. `router`: whatever the random router says.
 */
export const ROUTINGS = ['balanced', 'skewed', 'one', 'router'] as const;
export type Routing = (typeof ROUTINGS)[number];

/** What `regress --confirm` runs in pairs. */
export const CONFIRMED = ['alerts', 'all'] as const;
export type Confirmed = (typeof CONFIRMED)[number];

/** The phases of a round, in their order; prefill and decode alternate. */
export const PHASES = ['start', 'load', 'depth', 'firstRun', 'prefill', 'decode'] as const;
export type Phase = (typeof PHASES)[number];

/** What `results export` writes. */
export const EXPORT_FORMATS = ['jsonl', 'csv', 'github-action-benchmark', 'bencher', 'openmetrics'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];
