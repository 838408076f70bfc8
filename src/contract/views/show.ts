// View of `show`: a result with every figure that is derived from its samples. Each form of output renders this alone.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { heldLimitsSchema } from '../limits.js';
import { METRIC_NAMES } from '../metric-names.js';
import { placementSchema } from '../placement.js';
import { failureSchema, resultSchema } from '../result.js';
import { TARGET_METRICS } from '../rounds.js';
import { ceilingShareSchema } from './ceiling-share.js';
import { engineRankingSchema, engineWorkSchema, rankSchema } from './equal-work.js';
import { intervalSchema, metricSchema, paritySchema, sittingDriftSchema, workSchema } from './figures.js';
import { kvMemorySchema, peakMemoryByPhaseSchema, peakMomentSchema } from './memory.js';
import { roundFiguresSchema } from './rounds.js';

const stored = resultSchema.shape;

const interTokenLatencySchema = z.strictObject({
  n: z.int().describe('Gaps between tokens, of all timed iterations.'),
  p50: z.number().nullable().describe('Percentiles are null where there are too few gaps for them.'),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type InterTokenLatency = z.output<typeof interTokenLatencySchema>;

const stallSchema = z.strictObject({
  ms: z.number(),
  ratio: z.number().describe('How many times the median gap.'),
  round: z.int().describe('From 0.'),
  iteration: z.int().describe('From 0.'),
  token: z.int().describe('As people count, from 1.'),
});
export type Stall = z.output<typeof stallSchema>;

const scaledRateSchema = z
  .strictObject({
    rate: z.number().describe('Tokens a second: as measured, × the factor. Not measured.'),
    factor: z.number().describe('What the device has ÷ what this machine has.'),
    own: z.number().describe('Bytes or operations a second of this machine at its best.'),
    device: z.number(),
  })
  .nullable();

const scaledSchema = z.strictObject({
  device: z.string(),
  name: z.string(),
  memoryBytes: z.number().describe('Emulated: what the worker was held to.'),
  cores: z.int().describe('Emulated: the cores that it had.'),
  deviceCores: z.int(),
  decode: scaledRateSchema.describe('Scaled to the memory bandwidth.'),
  prefill: scaledRateSchema.describe('Scaled to the rate of matrix products.'),
});
export type Scaled = z.output<typeof scaledSchema>;

const limitEffectsSchema = z.strictObject({
  method: z.string(),
  limitsMemory: z.boolean(),
  outOfMemoryRounds: z.int(),
  peakBytes: z.int().nullable(),
  swapPeakBytes: z.int().nullable(),
  limitHits: z.int().nullable(),
  throttledShare: z.number().nullable().describe('Share of the periods in which the quota held the worker back.'),
  uncountedFileBytes: z.int(),
});
export type CaseLimitEffects = z.output<typeof limitEffectsSchema>;

const phaseShareSchema = ceilingShareSchema
  .extend({
    farBelow: z
      .array(z.string())
      .nullable()
      .describe('What explains a share far below the ceiling; empty: nothing known does; null: it is not far below.'),
  })
  .nullable()
  .describe('null where the phase has no rate, or no ceiling was measured for it.');
export type PhaseShare = NonNullable<z.output<typeof phaseShareSchema>>;

const precisionSchema = z.strictObject({
  metric: z.enum(TARGET_METRICS),
  rounds: z.int().describe('Rounds with a value.'),
  planned: z.int().describe('Rounds that were planned for the target from the first ones, the maximum at most.'),
  budgetSeconds: z.number().nullable(),
  halfWidth: z.number().describe('Half the 95 % interval, relative to the median.'),
  target: z.number(),
  wouldTake: z.int().nullable().describe('Rounds that the target would take, by the present width; null: reached.'),
});
export type Precision = z.output<typeof precisionSchema>;

const caseSchema = z.strictObject({
  id: z.string(),
  status: z.enum(['ok', 'failed', 'pending', 'impossible']).describe('pending: no round yet, as while a run goes on.'),
  key: caseKeySchema,
  identity: stored.cases.element.shape.identity,
  parameters: z.int().nullable(),
  checkpointBytes: z.int().nullable(),
  metrics: z.partialRecord(z.enum(METRIC_NAMES), metricSchema),
  wholeMs: z
    .strictObject({ median: z.number(), interval95: intervalSchema.nullable() })
    .nullable()
    .describe('From the start of the prompt to the last token.'),
  interTokenLatencyMs: interTokenLatencySchema,
  jitterMs: z.number().nullable(),
  sittingDrift: z.array(sittingDriftSchema).describe('Speeds with 5 rounds or more, in the order of time.'),
  precision: precisionSchema.nullable().describe('null where rounds were a number, or fewer than two were measured.'),
  longestStall: stallSchema.nullable(),
  loopShare: z.number().nullable().describe('Share of a decode step spent outside the session of the runtime.'),
  ofCeiling: z.strictObject({ prefill: phaseShareSchema, decode: phaseShareSchema }),
  placement: placementSchema.nullable(),
  limits: z.array(heldLimitsSchema).describe('One entry for each round, failed ones included.'),
  limitEffects: limitEffectsSchema.nullable().describe('The largest effects over all rounds.'),
  scaled: scaledSchema.nullable().describe('null unless it was run as on a device.'),
  parity: paritySchema
    .extend({ reference: z.string().describe('Id of the case that it is compared with.') })
    .nullable(),
  work: workSchema.nullable().describe('Whether the whole prompt was read; null where that was not measured.'),
  engineWork: engineWorkSchema,
  peakMemoryByPhase: peakMemoryByPhaseSchema,
  peakMoment: peakMomentSchema.nullable(),
  kvMemory: kvMemorySchema.nullable(),
  joulesPerTokenInAll: z.number().nullable().describe('Everything between the timed iterations included.'),
  stillWarmingUp: z.int().describe('Rounds in which automatic warm-up gave up while passes still got faster.'),
  notCold: z
    .strictObject({ rounds: z.int(), reason: z.string() })
    .nullable()
    .describe('Rounds that should have started cold but did not.'),
  rounds: z.array(roundFiguresSchema),
  failures: z.array(
    failureSchema.extend({
      round: z.int().describe('From 0.'),
      isRetried: z.boolean().describe('Another round has taken its place since.'),
    }),
  ),
});
export type CaseView = z.output<typeof caseSchema>;

export const showSchema = z
  .strictObject({
    suite: z.string(),
    path: z.string().nullable(),
    startedAt: z.string(),
    iterations: z.int(),
    machine: stored.machine,
    versions: stored.versions,
    foreign: stored.foreign.unwrap().nullable().describe('Where imported results come from; null: edgeproof measured.'),
    engines: z.array(z.string()).describe('The libraries that ran the cases, with their versions.'),
    threads: stored.threads.unwrap().nullable(),
    ceilings: stored.ceilings,
    energy: z.strictObject({
      sources: z.array(z.string()),
      idleWatts: z.number().nullable().describe('Median over rounds with a baseline.'),
      longestUpdateMs: z
        .number()
        .nullable()
        .describe('The slowest source among rounds that were too short for joules per token; null: none was.'),
      remedies: z.array(z.string()).describe('Why there is no energy, with what can be done about it.'),
    }),
    ranking: rankSchema,
    engineRanking: engineRankingSchema.nullable().describe('null where the ranking has cases of one runtime only.'),
    uncertain: z.array(z.string()).describe('Ids of the cases whose decode rate is too uncertain to be quoted.'),
    cases: z.array(caseSchema),
  })
  .describe('What `edgeproof show -o json` prints.');
export type ShowView = z.output<typeof showSchema>;
