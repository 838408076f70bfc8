// A suite: what to measure, as a product of dimensions. One JSON file in benchmarks/ (docs/schema/suite.json).
import { z } from 'zod';
import { BOUNDS, MOST_NAME_LENGTH, MOST_PERCENT, MOST_TIMEOUT_SECONDS } from './bounds.js';
import { DTYPE_NAMES, ONNX_DTYPES } from './dtypes.js';
import { ONNX_LAYOUTS } from './layouts.js';
import { limitSetSchema } from './limits.js';
import { METRIC_NAMES } from './metric-names.js';
import { optionSetSchema } from './option-set.js';
import { roundsSchema } from './rounds.js';
import { FOREIGN_RUNTIMES, RUNTIME_NAMES } from './runtimes.js';
import { EXECUTION_PROVIDERS, FOREIGN_BACKENDS, WEIGHTS } from './vocabulary.js';
import { wholeNumber } from './whole-number.js';
import { foreignWorkloadSchema, oneOrMore, workloadSchema } from './workloads.js';

export const suiteSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .max(MOST_NAME_LENGTH)
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    description: z.string().default(''),
    models: oneOrMore(z.string().regex(/^[^\p{Cc}]{1,4096}$/u, 'a name or a path without control characters')).describe(
      'Ids of models.json, hub ids (org/name@revision), folders, .onnx, .gguf or config.json files.',
    ),
    weights: oneOrMore(z.enum(WEIGHTS))
      .optional()
      .describe('Default: synthetic for ids of models.json and config.json, real for everything else.'),
    layouts: oneOrMore(z.enum(ONNX_LAYOUTS))
      .default(['tuned'])
      .describe('Graph layouts of synthetic ONNX checkpoints; GGUF files have only one.'),
    dtypes: oneOrMore(z.enum(ONNX_DTYPES))
      .default(['q4'])
      .describe('Weight formats, named as transformers.js names them.'),
    runtimes: oneOrMore(z.enum(RUNTIME_NAMES))
      .default(['onnxruntime'])
      .describe('What executes the checkpoint; llama.cpp reads GGUF files, the others ONNX (docs/runtimes.md).'),
    eps: oneOrMore(z.enum(EXECUTION_PROVIDERS)).default(['cpu']).describe('Execution providers.'),
    threads: oneOrMore(z.union([wholeNumber(BOUNDS.threads), z.literal('auto')]))
      .default(['auto'])
      .describe('Intra-op threads; auto = usable physical cores.'),
    options: oneOrMore(optionSetSchema)
      .optional()
      .describe('Sets of session options, each a case of its own; {} leaves the defaults of the runtime.'),
    limits: oneOrMore(limitSetSchema)
      .optional()
      .describe('Sets of limits for workers, each a case of its own; {} sets no limit (docs/limits.md).'),
    workloads: oneOrMore(workloadSchema),
    rounds: roundsSchema
      .default(5)
      .describe(
        'Fresh worker processes for each case: a number, or as many as a target takes. compare needs 5 or more.',
      ),
    iterations: wholeNumber(BOUNDS.iterations).default(3).describe('Timed passes inside a round.'),
    warmup: z
      .union([wholeNumber(BOUNDS.warmup), z.literal('auto')])
      .default('auto')
      .describe('Passes before the timed ones, stored and marked; auto = until they stop getting faster, 3 to 8.'),
    cold: z
      .boolean()
      .optional()
      .describe('Evict the checkpoint from the page cache before every round, and check that it is gone.'),
    seed: wholeNumber(BOUNDS.seed).default(1).describe('Seed of prompts and synthetic weights.'),
    timeoutSeconds: z
      .number()
      .positive()
      .max(MOST_TIMEOUT_SECONDS)
      .default(600)
      .describe('A worker that takes longer is stopped.'),
    thresholds: z
      .partialRecord(z.enum(METRIC_NAMES), z.number().positive().max(MOST_PERCENT))
      .optional()
      .describe('Percent by metric: smaller changes do not count in compare and regress (docs/comparison.md).'),
  })
  .describe('What edgeproof measures: every combination of the lists is one case.');

/**
 * The suite of a result. That of an imported one says in these words what was asked of another benchmark; nothing runs it,
 * so the type does without what only that has.
 */
export const storedSuiteSchema = suiteSchema.extend({
  dtypes: oneOrMore(z.enum(DTYPE_NAMES)).default(['q4']),
  runtimes: oneOrMore(z.enum([...RUNTIME_NAMES, ...FOREIGN_RUNTIMES])).default(['onnxruntime']),
  eps: oneOrMore(z.enum([...EXECUTION_PROVIDERS, ...FOREIGN_BACKENDS])).default(['cpu']),
  workloads: oneOrMore(z.union([workloadSchema, foreignWorkloadSchema])),
}) as unknown as typeof suiteSchema;

export type Suite = z.output<typeof suiteSchema>;
export type Thresholds = Suite['thresholds'];
