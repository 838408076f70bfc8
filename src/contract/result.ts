// The result document: one run of one suite on one machine. Raw samples only; every figure is derived from them.
// Unknown is null, never 0. Read by stats/ and report/, stored by store/files.ts, described in docs/schema/result.json.
import { z } from 'zod';
import { caseKeySchema } from './case-key.js';
import { ceilingSchema } from './ceilings.js';
import { conditionSchema, pageCacheSchema, tracePointSchema } from './condition.js';
import { energySchema } from './energy.js';
import { storedFactsSchema } from './graph-facts.js';
import { heldLimitsSchema } from './limits.js';
import { machineSchema } from './machine.js';
import { sourceSchema, tuningSchema } from './manifest.js';
import { deviceMemorySchema, phaseMemorySchema } from './memory.js';
import { placementSchema } from './placement.js';
import { promptAnswerSchema } from './prompt-answer.js';
import { RUNTIME_NAMES, type RuntimeName } from './runtimes.js';
import { arrivals, faultsOfRounds, repeats, without } from './sense.js';
import { suiteSchema } from './suite.js';

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

export const microIterationSchema = z.strictObject({ kind: z.literal('timed'), sampleMs: z.array(ms).min(1) });

export const failureSchema = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() });

const okRoundSchema = z.strictObject({
  status: z.literal('ok'),
  index: z.int().nonnegative(),
  startedAt: z.string(),
  /** Effective settings of the runtime, read back where it allows. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** `graph`: reading what the graph says of itself, which edgeproof adds; absent where it does not, and from older rounds. */
  loadMs: z.strictObject({ library: ms, session: ms, graph: ms.optional() }),
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
  iterations: z.array(z.union([generateIterationSchema, microIterationSchema])).min(1),
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

const caseResultSchema = z
  .strictObject({
    id: z.string(),
    key: caseKeySchema,
    /** skipped: no round yet. */
    status: z.enum(['ok', 'failed', 'skipped']),
    identity: identitySchema.nullable(),
    checkpoint: checkpointSchema.nullable(),
    /** Where its nodes ran; only for cases on a GPU. */
    placement: placementSchema.optional(),
    /** The answer to the common prompt; stored with one case of each way in which a checkpoint was run. */
    answer: promptAnswerSchema.optional(),
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

const versionsSchema = z.strictObject({
  node: z.string(),
  v8: z.string(),
  // One for each runtime; null if an optional one is not installed.
  ...(Object.fromEntries(RUNTIME_NAMES.map((name) => [name, z.string().nullable().default(null)])) as Record<
    RuntimeName,
    z.ZodDefault<z.ZodNullable<z.ZodString>>
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
    suite: z.strictObject({ hash: z.string(), content: suiteSchema }),
    machine: machineSchema,
    versions: versionsSchema,
    /** Measured before the first round and after the last; null if they were not. */
    ceilings: z.array(ceilingSchema).nullable().default(null),
    /** How `auto` was resolved; absent from older documents. */
    threads: threadsSchema.optional(),
    cases: z
      .array(caseResultSchema)
      .min(1)
      .superRefine(without((cases) => repeats(cases, 'id'))),
  })
  .describe('A result document of edgeproof.');

export type ResultDocument = z.output<typeof resultSchema>;
export type CaseResult = z.output<typeof caseResultSchema>;
export type ThreadSearch = z.output<typeof threadSearchSchema>;
export type Identity = z.output<typeof identitySchema>;
export type Round = z.output<typeof roundSchema>;
export type OkRound = z.output<typeof okRoundSchema>;
export type GenerateIteration = z.output<typeof generateIterationSchema>;

export function okRounds(result: CaseResult): OkRound[] {
  return result.rounds.filter((round) => round.status === 'ok');
}
