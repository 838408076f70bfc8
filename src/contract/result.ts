// The result document: one run of one suite on one machine. Raw samples only; every figure is derived from them.
// Unknown is null, never 0. Read by stats/ and report/, stored by store/files.ts, described in docs/schema/result.json.
import { z } from 'zod';
import { caseKeySchema } from './case-key.js';
import { ceilingSchema } from './ceilings.js';
import { conditionSchema, pageCacheSchema, tracePointSchema } from './condition.js';
import { energySchema } from './energy.js';
import { storedFactsSchema } from './graph-facts.js';
import { heldLimitsSchema } from './limits.js';
import { storedMachineSchema } from './machine.js';
import { sourceSchema, tuningSchema } from './manifest.js';
import { deviceMemorySchema, phaseMemorySchema } from './memory.js';
import { placementSchema } from './placement.js';
import { predictionSchema } from './prediction.js';
import { promptAnswerSchema } from './prompt-answer.js';
import { FOREIGN_RUNTIMES, type ForeignRuntime, type OwnRuntime, RUNTIME_NAMES } from './runtimes.js';
import { arrivals, faultsOfOrigin, faultsOfRounds, repeats, without } from './sense.js';
import { storedSuiteSchema } from './suite.js';

export const SCHEMA_VERSION = 1;

const bytes = z.int().nonnegative();
const ms = z.number().nonnegative();

const memorySchema = z.strictObject({
  method: z.string(),
  /** Highest resident size of the whole life of the worker. */
  peakRssBytes: bytes.nullable(),
  phases: z.record(z.string(), phaseMemorySchema),
  /** Only for rounds on a GPU. */
  device: deviceMemorySchema.optional(),
});

export const generateIterationSchema = z.strictObject({
  kind: z.enum(['warmup', 'timed']),
  seed: z.int(),
  /** Time since the start of the first pass; only for sustained workloads. */
  startMs: ms.optional(),
  /** Arrival of each generated token after the start of the prompt's forward pass; the first is TTFT. */
  tokenMs: arrivals,
  /** Time inside the runtime's `session.run`; the rest of tokenMs is the loop around it. */
  sessionMs: z.strictObject({ prefill: ms, decode: ms }),
  tokensHash: z.string(),
  /** Chained over a sample of the logits of each token; missing where the runtime shows none, and in older documents. */
  logitsHash: z.string().optional(),
});

/** The time of a whole pass, which is all that other benchmarks tell: of the prompt, or of all generated tokens. */
export const passIterationSchema = z.strictObject({
  kind: z.literal('timed'),
  /** A nanosecond at least, in which the tools count. */
  passMs: z.number().min(1e-6),
  /** Where the file has no samples, `passMs` is their mean; how many there were is not known. */
  mean: z.strictObject({ standardDeviationMs: ms.nullable() }).optional(),
});

export const microIterationSchema = z.strictObject({ kind: z.literal('timed'), sampleMs: z.array(ms).min(1) });

export const failureSchema = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() });

const okRoundSchema = z.strictObject({
  status: z.literal('ok'),
  index: z.int().nonnegative(),
  startedAt: z.string(),
  /** Effective settings of the runtime, read back where it allows. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** `graph`: reading what the graph says of itself, which edgeproof adds; absent where it does not, and from older rounds. null in imported results. */
  loadMs: z.strictObject({ library: ms, session: ms, graph: ms.optional() }).nullable(),
  memory: memorySchema,
  /** The state of the machine meanwhile; null in documents of before it was recorded. */
  condition: conditionSchema.nullable().default(null),
  /** Only for rounds that were to start cold. */
  pageCache: pageCacheSchema.optional(),
  /** null in older documents. */
  energy: energySchema.nullable().default(null),
  /** Temperature and clock; only for sustained workloads. */
  trace: z.array(tracePointSchema).optional(),
  /** Only for cases with limits. */
  limits: heldLimitsSchema.optional(),
  iterations: z.array(z.union([generateIterationSchema, microIterationSchema, passIterationSchema])).min(1),
});

const failedRoundSchema = z.strictObject({
  status: z.literal('failed'),
  index: z.int().nonnegative(),
  startedAt: z.string(),
  failure: failureSchema,
  limits: heldLimitsSchema.optional(),
});

export const roundSchema = z.discriminatedUnion('status', [okRoundSchema, failedRoundSchema]);

/** What must be equal for two cases to be the same measurement. Each value is a version or a short hash. */
const identitySchema = z.strictObject({
  weights: z.string(),
  graph: z.string(),
  runtimeVersion: z.string(),
  options: z.string(),
  workload: z.string(),
});

const checkpointSchema = z.strictObject({
  parameters: z.int().nonnegative(),
  /** Seed of synthetic weights; null for real ones. */
  seed: z.int().nullable(),
  /** null for synthetic weights. `pinned`: whether models.json pins these bytes. */
  source: sourceSchema.extend({ pinned: z.boolean() }).nullable().default(null),
  files: z.array(z.strictObject({ path: z.string(), bytes, sha256: z.string() })),
  graph: storedFactsSchema,
  /** Only for checkpoints that `models tune` wrote. */
  tuned: tuningSchema.optional(),
});

const foreignFileSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  bytes: z.int().positive(),
  parameters: z.int().positive(),
});

const caseResultSchema = z
  .strictObject({
    id: z.string(),
    key: caseKeySchema,
    /** skipped: no round yet. */
    status: z.enum(['ok', 'failed', 'skipped']),
    identity: identitySchema.nullable(),
    checkpoint: checkpointSchema.nullable(),
    /** Only for imported cases: the model file as the other tool describes it. */
    foreignFile: foreignFileSchema.optional(),
    /** Where its nodes ran; only for cases on a GPU. */
    placement: placementSchema.optional(),
    /** The answer to the common prompt; stored with one case of each way in which a checkpoint was run. */
    answer: promptAnswerSchema.optional(),
    /** What was predicted before the first round; missing from older documents, and for what is not predicted. */
    predicted: predictionSchema.optional(),
    rounds: z.array(roundSchema),
    /** Failed rounds whose place others have taken since; missing if there are none. */
    retried: z.array(failedRoundSchema).optional(),
  })
  .superRefine(without(faultsOfRounds));

const rates = z.array(z.number().positive());

/** A search of `--tune threads`, with all that it tried. */
const threadSearchSchema = z.strictObject({
  /** The checkpoint and the way of running it that the search was for. */
  run: z.string(),
  workload: z.strictObject({ prompt: z.int(), new: z.int() }),
  /** Tokens a second, one value a round. */
  tried: z.array(z.strictObject({ threads: z.int().positive(), prefillRate: rates, decodeRate: rates })),
  chosen: z.int().positive(),
  why: z.string(),
});

/** How the number of threads was chosen: what `auto` means here and why, and the searches. */
const threadsSchema = z.strictObject({
  auto: z.strictObject({ threads: z.int().positive(), why: z.string() }),
  searches: z.array(threadSearchSchema).default([]),
});

/** Where the numbers of an imported result come from, and what they do not tell. */
const foreignSchema = z.strictObject({
  tool: z.enum(FOREIGN_RUNTIMES),
  build: z.strictObject({ commit: z.string(), number: z.int().nullable() }),
  /** null: the file names none. */
  gpu: z.string().nullable(),
  /** The file that was imported. */
  file: z.strictObject({ name: z.string(), sha256: z.string() }),
  /** Entries of the file that are not among the cases, with the reason. */
  leftOut: z.array(z.strictObject({ entry: z.int().nonnegative(), reason: z.string() })),
  /** What this document cannot say, with the reason. */
  unknown: z.record(z.string(), z.string()),
});

/** A device whose memory and cores cases had: what else decides its speed, which can only be scaled. */
const emulatedSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  cores: z.int().positive(),
  memoryBytes: z.number().positive(),
  /** Specified. */
  bytesPerSecond: z.number().positive(),
  operationsPerSecond: z.strictObject({ int8: z.number().nullable(), fp32: z.number().nullable() }),
});

const versionsSchema = z.strictObject({
  /** This and `v8`: null in imported results. */
  node: z.string().nullable(),
  v8: z.string().nullable(),
  // One for each runtime; null if an optional one is not installed.
  ...(Object.fromEntries(RUNTIME_NAMES.map((name) => [name, z.string().nullable().default(null)])) as Record<
    OwnRuntime,
    z.ZodDefault<z.ZodNullable<z.ZodString>>
  >),
  // The version of the tool of an imported result.
  ...(Object.fromEntries(FOREIGN_RUNTIMES.map((name) => [name, z.string().optional()])) as Record<
    ForeignRuntime,
    z.ZodOptional<z.ZodString>
  >),
});

export const resultSchema = z
  .strictObject({
    $schema: z.string().optional(),
    schemaVersion: z.literal(SCHEMA_VERSION),
    startedAt: z.string(),
    /** The id of a sitting that has two documents, the sides of paired rounds: pair i is round i of both. */
    sitting: z.string().optional(),
    tool: z.strictObject({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
    suite: z.strictObject({ hash: z.string(), content: storedSuiteSchema }),
    machine: storedMachineSchema,
    versions: versionsSchema,
    /** Only for imported results. */
    foreign: foreignSchema.optional(),
    /** Measured before the first round and after the last; null if they were not. */
    ceilings: z.array(ceilingSchema).nullable().default(null),
    /** How `auto` was resolved; absent from older documents. */
    threads: threadsSchema.optional(),
    /** Only where cases were run as on a device. */
    devices: z.array(emulatedSchema).optional(),
    cases: z
      .array(caseResultSchema)
      .min(1)
      .superRefine(without((cases) => repeats(cases, 'id'))),
  })
  .superRefine(without(faultsOfOrigin))
  .describe('A result document of edgeproof.');

export type ResultDocument = z.output<typeof resultSchema>;
export type CaseResult = z.output<typeof caseResultSchema>;
export type ThreadSearch = z.output<typeof threadSearchSchema>;
export type EmulatedDevice = z.output<typeof emulatedSchema>;
export type Identity = z.output<typeof identitySchema>;
export type Round = z.output<typeof roundSchema>;
export type OkRound = z.output<typeof okRoundSchema>;
export type LoadMs = NonNullable<OkRound['loadMs']>;
export type GenerateIteration = z.output<typeof generateIterationSchema>;

export function okRounds(result: CaseResult): OkRound[] {
  return result.rounds.filter((round) => round.status === 'ok');
}
