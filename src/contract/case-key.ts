// The key of a case: every dimension with the one value that is really used.
import { z } from 'zod';
import { BOUNDS } from './bounds.js';
import { DTYPE_NAMES } from './dtypes.js';
import { LAYOUT_NAMES } from './layouts.js';
import { limitsSchema } from './limits.js';
import { optionSetSchema } from './option-set.js';
import { FOREIGN_RUNTIMES, RUNTIME_NAMES } from './runtimes.js';
import { EXECUTION_PROVIDERS, type ExecutionProvider, FOREIGN_BACKENDS, WEIGHTS } from './vocabulary.js';
import { wholeNumber } from './whole-number.js';
import { caseWorkloadSchema } from './workloads.js';

/** A foreign runtime may have a foreign backend. What runs cases never meets one, so the type does without them. */
const epSchema = z.enum([...EXECUTION_PROVIDERS, ...FOREIGN_BACKENDS]) as unknown as z.ZodType<
  ExecutionProvider,
  ExecutionProvider
>;

export const caseKeySchema = z.strictObject({
  model: z.string(),
  weights: z.enum(WEIGHTS),
  /** null for files that are used as they are. */
  layout: z.enum(LAYOUT_NAMES).nullable(),
  dtype: z.enum(DTYPE_NAMES),
  runtime: z.enum([...RUNTIME_NAMES, ...FOREIGN_RUNTIMES]),
  ep: epSchema,
  threads: wholeNumber(BOUNDS.threads),
  /** The session options that differ from the defaults; missing if none does. */
  options: optionSetSchema.optional(),
  workload: caseWorkloadSchema,
  /** Missing if nothing is limited. */
  limits: limitsSchema.optional(),
});

export type CaseKey = z.output<typeof caseKeySchema>;

export interface Case {
  id: string;
  key: CaseKey;
}
