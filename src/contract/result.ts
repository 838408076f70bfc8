// The result document: one run of one suite on one machine. Raw samples only; every figure is derived from them.
// Unknown is null, never 0. Read by stats/ and report/, written by store.ts, described in docs/schema/result.json.
import { z } from 'zod';
import { CHECKPOINT_DTYPES, CHECKPOINT_LAYOUTS, tuningSchema } from '../models/checkpoint.js';
import { ceilingSchema, workSchema } from './ceilings.js';
import { conditionSchema } from './condition.js';
import { energySchema } from './energy.js';
import { heldLimitsSchema } from './held-limits.js';
import { limitsSchema } from './limits.js';
import { phaseMemorySchema } from './memory.js';
import { optionSetSchema } from './option-set.js';
import { pageCacheSchema } from './page-cache.js';
import { placementSchema } from './placement.js';
import { promptAnswerSchema } from './prompt-answer.js';
import { EXECUTION_PROVIDERS, RUNTIMES, suiteSchema, WEIGHTS } from './suite.js';
import { threadsSchema } from './threads.js';
import { tracePointSchema } from './trace.js';

export const SCHEMA_VERSION = 1;

const bytes = z.int().nonnegative();
const ms = z.number().nonnegative();

/** What the process holds of the GPU when its last iteration is over; null where that cannot be read, and why. */
export const deviceMemorySchema = z.strictObject({ usedBytes: bytes.nullable(), method: z.string() });

const memorySchema = z.strictObject({
  method: z.string(),
  /** Highest resident size of the whole life of the worker. */
  peakRssBytes: bytes.nullable(),
  phases: z.record(z.string(), phaseMemorySchema),
  /** Of rounds on a GPU. */
  device: deviceMemorySchema.optional(),
});

export const generateIterationSchema = z.strictObject({
  kind: z.enum(['warmup', 'timed']),
  seed: z.int(),
  /** Of a sustained workload: after the start of the first pass. */
  startMs: ms.optional(),
  /** Arrival of each generated token after the start of the prompt's forward pass; the first is TTFT. */
  tokenMs: z.array(ms),
  /** Time inside the runtime's `session.run`; the rest of tokenMs is the loop around it. */
  sessionMs: z.strictObject({ prefill: ms, decode: ms }),
  tokensHash: z.string(),
});

export const microIterationSchema = z.strictObject({ kind: z.literal('timed'), sampleMs: z.array(ms) });

export const failureSchema = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() });

const okRoundSchema = z.strictObject({
  status: z.literal('ok'),
  index: z.int(),
  startedAt: z.string(),
  /** Effective settings of the runtime, read back where it allows. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  loadMs: z.strictObject({ library: ms, session: ms }),
  memory: memorySchema,
  /** The state of the machine meanwhile; null in documents of before it was recorded. */
  condition: conditionSchema.nullable().default(null),
  /** Of rounds that were to start cold. */
  pageCache: pageCacheSchema.optional(),
  /** null in documents of before it was measured. */
  energy: energySchema.nullable().default(null),
  /** Temperature and clock while a sustained workload ran. */
  trace: z.array(tracePointSchema).optional(),
  /** Of cases with limits. */
  limits: heldLimitsSchema.optional(),
  iterations: z.array(z.union([generateIterationSchema, microIterationSchema])),
});

const failedRoundSchema = z.strictObject({
  status: z.literal('failed'),
  index: z.int(),
  startedAt: z.string(),
  failure: failureSchema,
  limits: heldLimitsSchema.optional(),
});

export const roundSchema = z.discriminatedUnion('status', [okRoundSchema, failedRoundSchema]);

const workloadSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('generate'), prompt: z.int(), new: z.int(), depth: z.int() }),
  z.strictObject({
    kind: z.literal('sustained'),
    prompt: z.int(),
    new: z.int(),
    depth: z.int(),
    seconds: z.int(),
  }),
  z.strictObject({
    kind: z.literal('micro'),
    task: z.enum(['tokenize', 'session-run']),
    timeMs: z.int(),
    samples: z.int(),
    warmup: z.int(),
  }),
]);

const keySchema = z.strictObject({
  model: z.string(),
  weights: z.enum(WEIGHTS),
  /** null for files that are used as they are, whose layout is their maker's. */
  layout: z.enum(CHECKPOINT_LAYOUTS).nullable(),
  dtype: z.enum(CHECKPOINT_DTYPES),
  runtime: z.enum(RUNTIMES),
  ep: z.enum(EXECUTION_PROVIDERS),
  threads: z.int(),
  /** Session options that differ from the runtime's defaults. */
  options: optionSetSchema.optional(),
  workload: workloadSchema,
  limits: limitsSchema.optional(),
});

/** What must be equal for two cases to be the same measurement. Each value is a version or a short hash. */
const identitySchema = z.strictObject({
  weights: z.string(),
  graph: z.string(),
  runtimeVersion: z.string(),
  options: z.string(),
  workload: z.string(),
});

const factsSchema = z.looseObject({
  parameters: z.number(),
  weightBytes: z.number(),
  weightBytesActive: z.number().optional(),
  parametersActive: z.number().optional(),
  operators: z.record(z.string(), z.number()),
  /** Absent from documents of before ceilings. */
  work: workSchema.optional(),
  formats: z.array(z.looseObject({ operator: z.string(), accuracyLevel: z.number().nullable() })).optional(),
  head: z.looseObject({ bits: z.number(), logits: z.string() }).nullable().optional(),
  kv: z.looseObject({ shareable: z.boolean() }).nullable().optional(),
});

const checkpointSchema = z.strictObject({
  parameters: z.int(),
  /** Of synthetic weights; null for real ones. */
  seed: z.int().nullable(),
  /** Where real weights came from; null for synthetic ones. */
  source: z
    .strictObject({
      kind: z.enum(['hub', 'folder', 'onnx', 'gguf']),
      repo: z.string().nullable(),
      revision: z.string().nullable(),
      /** Whether models.json pins these bytes. */
      pinned: z.boolean(),
    })
    .nullable()
    .default(null),
  files: z.array(z.strictObject({ path: z.string(), bytes, sha256: z.string() })),
  graph: factsSchema,
  /** Of checkpoints that `models tune` wrote. */
  tuned: tuningSchema.optional(),
});

const caseResultSchema = z.strictObject({
  id: z.string(),
  key: keySchema,
  status: z.enum(['ok', 'failed', 'skipped']),
  identity: identitySchema.nullable(),
  checkpoint: checkpointSchema.nullable(),
  /** Where its nodes ran; of cases on a GPU only. */
  placement: placementSchema.optional(),
  /** To the prompt that all runs of a checkpoint are given; stored with one case of each run. */
  answer: promptAnswerSchema.optional(),
  rounds: z.array(roundSchema),
});

const machineSchema = z.strictObject({
  id: z.string(),
  cpu: z.string(),
  arch: z.string(),
  instructionSets: z.array(z.string()).nullable(),
  physicalCores: z.int(),
  logicalCores: z.int(),
  usableCores: z.int(),
  memoryBytes: bytes,
  os: z.string(),
  /** Of the clock that everything is timed with; null in documents of before it was measured. */
  clock: z
    .strictObject({ resolutionNs: z.number().positive(), overheadNs: z.number().positive() })
    .nullable()
    .default(null),
});

export const resultSchema = z
  .strictObject({
    $schema: z.string().optional(),
    schemaVersion: z.literal(SCHEMA_VERSION),
    startedAt: z.string(),
    tool: z.strictObject({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
    suite: z.strictObject({ hash: z.string(), content: suiteSchema }),
    machine: machineSchema,
    versions: z.strictObject({
      node: z.string(),
      v8: z.string(),
      onnxruntime: z.string(),
      'transformers.js': z.string(),
      /** Of the optional package, and of llama.cpp in it; null where it is not installed. */
      'llama.cpp': z.string().nullable().default(null),
    }),
    /** Measured before the first round and after the last one; null where none were. */
    ceilings: z.array(ceilingSchema).nullable().default(null),
    /** How `auto` was found; results of earlier versions do not say. */
    threads: threadsSchema.optional(),
    cases: z.array(caseResultSchema),
  })
  .describe('A result document of edgeproof.');

export type ResultDocument = z.output<typeof resultSchema>;
export type CaseResult = z.output<typeof caseResultSchema>;
export type Identity = z.output<typeof identitySchema>;
export type Round = z.output<typeof roundSchema>;
export type OkRound = z.output<typeof okRoundSchema>;
export type GenerateIteration = z.output<typeof generateIterationSchema>;
export type MicroIteration = z.output<typeof microIterationSchema>;

export function okRounds(result: CaseResult): OkRound[] {
  return result.rounds.filter((round) => round.status === 'ok');
}
