// Every dimension of a case, as it is effectively used, and the id that it makes.
import { z } from 'zod';
import { DTYPE_NAMES } from './dtypes.js';
import { EXECUTION_PROVIDERS } from './execution-providers.js';
import { LAYOUT_NAMES } from './layouts.js';
import { limitDimensions, limitsSchema } from './limits.js';
import { optionDimensions, optionSetSchema } from './option-set.js';
import { RUNTIME_NAMES } from './runtimes.js';
import { WEIGHTS } from './weights.js';
import { caseWorkloadSchema, workloadRow } from './workloads.js';

export const caseKeySchema = z.strictObject({
  model: z.string(),
  weights: z.enum(WEIGHTS),
  /** null for files that are used as they are, whose layout is their maker's. */
  layout: z.enum(LAYOUT_NAMES).nullable(),
  dtype: z.enum(DTYPE_NAMES),
  runtime: z.enum(RUNTIME_NAMES),
  ep: z.enum(EXECUTION_PROVIDERS),
  threads: z.int(),
  /** Session options that differ from the runtime's defaults; left out where none does. */
  options: optionSetSchema.optional(),
  workload: caseWorkloadSchema,
  /** What the worker is held to; left out where nothing is. */
  limits: limitsSchema.optional(),
});

export type CaseKey = z.output<typeof caseKeySchema>;

export interface Case {
  id: string;
  key: CaseKey;
}

/** `generate/model=…/layout=…/dtype=…/runtime=…/ep=…/threads=…[/option.…=…][/memory-limit=…]/prompt=…/new=…[/depth=…]` */
export function caseId(key: CaseKey): string {
  const { workload } = key;
  const dimensions = Object.entries(caseDimensions(key)).map(([name, value]) => `${name}=${value}`);
  return [workloadRow(workload).name(workload), ...dimensions].join('/');
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
