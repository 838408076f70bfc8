// The result document: one run of one suite on one machine. Raw samples only; every figure is derived from them.
// Unknown is null, never 0. Read by stats/ and report/, stored by result-store.ts, described in docs/schema/result.json.
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
import { suiteSchema } from './suite.js';
import { threadsSchema } from './threads.js';

export const SCHEMA_VERSION = 1;

const bytes = z.int().nonnegative();
const ms = z.number().nonnegative();

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

/** What must be equal for two cases to be the same measurement. Each value is a version or a short hash. */
const identitySchema = z.strictObject({
  weights: z.string(),
  graph: z.string(),
  runtimeVersion: z.string(),
  options: z.string(),
  workload: z.string(),
});

const checkpointSchema = z.strictObject({
  parameters: z.int(),
  /** Of synthetic weights; null for real ones. */
  seed: z.int().nullable(),
  /** null for synthetic weights. `pinned`: whether models.json pins these bytes. */
  source: sourceSchema.extend({ pinned: z.boolean() }).nullable().default(null),
  files: z.array(z.strictObject({ path: z.string(), bytes, sha256: z.string() })),
  graph: storedFactsSchema,
  /** Of checkpoints that `models tune` wrote. */
  tuned: tuningSchema.optional(),
});

const caseResultSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  status: z.enum(['ok', 'failed', 'skipped']),
  identity: identitySchema.nullable(),
  checkpoint: checkpointSchema.nullable(),
  /** Where its nodes ran; of cases on a GPU only. */
  placement: placementSchema.optional(),
  /** To the prompt that all runs of a checkpoint are given; stored with one case of each run. */
  answer: promptAnswerSchema.optional(),
  rounds: z.array(roundSchema),
});

const versionsSchema = z.strictObject({
  node: z.string(),
  v8: z.string(),
  // Of an optional runtime, and of the engine in it; null where it is not installed.
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
    tool: z.strictObject({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
    suite: z.strictObject({ hash: z.string(), content: suiteSchema }),
    machine: machineSchema,
    versions: versionsSchema,
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

export function okRounds(result: CaseResult): OkRound[] {
  return result.rounds.filter((round) => round.status === 'ok');
}
