// View of `compare` and `regress`: two results case by case, what changed, and what was not compared.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { resultSchema } from '../result.js';
import { GRADES } from '../vocabulary.js';
import { engineWorkSchema } from './equal-work.js';
import { paritySchema, sittingDriftSchema, summarySchema, workSchema } from './figures.js';
import { reasonSchema } from './rounds.js';

const metricChangeSchema = z.strictObject({
  metric: z.enum(METRIC_NAMES),
  baseline: summarySchema,
  candidate: summarySchema,
  change: z.number().describe('candidate ÷ baseline − 1'),
  sameAs: z
    .enum(METRIC_NAMES)
    .nullable()
    .describe('The figure that this one is in another unit: tested once, with its p and outcome standing here too.'),
  p: z.number().describe('Of the rounds of this figure alone.'),
  adjustedP: z.number().describe('Adjusted for all figures of the comparison (step-down max-T over the rounds).'),
  outcome: z.enum(['better', 'faster but different', 'worse', 'within sitting spread', 'not shown', 'too few rounds']),
  sittings: z
    .strictObject({
      baseline: z.int().positive().describe('Sittings of the baseline, with those like it in the history.'),
      candidate: z.int().positive(),
      spread: z.number().describe('Relative deviation between sittings that the limit is made of.'),
      isFromHistory: z
        .boolean()
        .describe('Whether earlier results of this machine told the spread; else it is assumed.'),
      change: z.number().describe('Between the means of the sittings of both sides.'),
      limit: z.number().describe('The relative change that sittings of this spread reach by themselves.'),
    })
    .nullable()
    .describe('null: both sides were measured in one sitting.'),
  visibleEffect: z
    .number()
    .nullable()
    .describe(
      'The smallest true change that these rounds and sittings show nine times in ten; null: they cannot show any.',
    ),
  roundsToSee5Percent: z
    .int()
    .nullable()
    .describe(
      'Rounds a side that show a change of 5 % nine times in ten; null: below the minimum effect, or out of reach.',
    ),
});
export type MetricChange = z.output<typeof metricChangeSchema>;
export type Outcome = MetricChange['outcome'];

const differenceSchema = z.strictObject({ dimension: z.string(), baseline: z.string(), candidate: z.string() });
export type Difference = z.output<typeof differenceSchema>;

const sharesSchema = z.strictObject({ prefill: z.number().nullable(), decode: z.number().nullable() });
const otherTokensSchema = z.strictObject({
  passes: z.int().describe('Passes of the rounds that read the same prompt on both sides and generated other tokens.'),
  of: z.int().describe('Passes that read the same prompt on both sides.'),
  p: z.number().describe('The chance of as many by rounding, as far as the common prompt shows it.'),
  isExplained: z.boolean().describe('p > 0.01'),
});
export type OtherTokens = z.output<typeof otherTokensSchema>;

const candidateKey = caseKeySchema.describe('Of the candidate, or of the baseline where only that has the case.');

const caseComparisonSchema = z.discriminatedUnion('status', [
  z.strictObject({
    id: z.string(),
    status: z.literal('compared'),
    partner: z.string().describe('Id of the case of the baseline.'),
    key: candidateKey,
    across: z.array(differenceSchema),
    ofCeiling: z
      .strictObject({ baseline: sharesSchema, candidate: sharesSchema })
      .nullable()
      .describe('Of two machines, the share of what each can do at best; null on one machine.'),
    changes: z.array(metricChangeSchema),
    sameTokens: z.boolean().nullable().describe('Over the prompts of the rounds that both sides ran; null: none.'),
    otherTokens: otherTokensSchema.nullable().describe('null: no pass of the rounds generated other tokens.'),
    sameLogits: z.boolean().nullable().describe('The same for a sample of the logits; null: not known on both sides.'),
    parity: paritySchema.nullable().describe('Over the prompt that every run is given.'),
    work: workSchema
      .nullable()
      .describe('Whether the candidate read its whole prompt; null where that was not measured.'),
    unequalWork: z
      .strictObject({ baseline: engineWorkSchema, candidate: engineWorkSchema })
      .nullable()
      .describe('Of two runtimes that do not do equal work; null: they do, or it is one runtime, or not known.'),
  }),
  z
    .strictObject({
      id: z.string(),
      status: z.literal('differs'),
      key: candidateKey,
      differences: z.array(differenceSchema),
    })
    .describe('Something other than the measured quantity differs.'),
  z
    .strictObject({ id: z.string(), status: z.literal('failed'), key: candidateKey, reason: z.string() })
    .describe('The baseline has figures, the candidate failed.'),
  z
    .strictObject({ id: z.string(), status: z.literal('missing'), key: candidateKey, reason: z.string() })
    .describe('The baseline has figures, the candidate lacks the case.'),
  z.strictObject({ id: z.string(), status: z.literal('unmatched'), key: candidateKey, reason: z.string() }),
]);
export type CaseComparison = z.output<typeof caseComparisonSchema>;

const countedSchema = z.strictObject({ failed: z.int(), of: z.int() });

const failureChangeSchema = z
  .strictObject({
    id: z.string(),
    key: candidateKey,
    baseline: countedSchema,
    candidate: countedSchema,
    history: countedSchema.nullable().describe('Of earlier results of this machine; null: none was given.'),
    isNew: z.boolean().describe('A larger share of rounds failed than in the baseline.'),
    p: z.number().describe("Fisher's exact test, one-sided, against the baseline and the history together."),
    isShown: z.boolean().describe('p ≤ 0.05: the failure rate is shown to be higher.'),
    reasons: z.array(z.string()),
  })
  .describe('A case with failed rounds in the candidate.');
export type FailureChange = z.output<typeof failureChangeSchema>;

const comparisonSchema = z.strictObject({
  cases: z.array(caseComparisonSchema),
  failures: z.array(failureChangeSchema),
  roundsNeeded: z.int().describe('Rounds a side before any difference can be shown.'),
  deals: z
    .strictObject({ count: z.int(), seed: z.int().nullable().describe('null: all of them.') })
    .describe('How often the rounds were dealt out to the sides again.'),
});
export type Comparison = z.output<typeof comparisonSchema>;

const geometricMeanSchema = z
  .strictObject({
    metric: z.enum(METRIC_NAMES),
    cases: z.int().describe('Cases compared; those that are faster but different are not among them.'),
    change: z.number().describe('Geometric mean of candidate ÷ baseline over the cases, − 1.'),
    interval95: z
      .strictObject({ low: z.number(), high: z.number() })
      .nullable()
      .describe('By the rounds of both sides; null where fewer than two rounds have all cases.'),
    ofCeiling: z
      .number()
      .nullable()
      .describe('Of two machines, the geometric mean of the ratios of their shares of the ceiling; null: not known.'),
  })
  .describe('A description of all cases together, without a test of its own.');
export type GeometricMean = z.output<typeof geometricMeanSchema>;

const leftOutSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  rounds: z.int(),
  of: z.int(),
  reasons: z.array(reasonSchema),
});
export type LeftOut = z.output<typeof leftOutSchema>;

const otherOutcomeSchema = z.strictObject({
  id: z.string(),
  key: candidateKey,
  metric: z.enum(METRIC_NAMES),
  change: z.number(),
  outcome: metricChangeSchema.shape.outcome,
  instead: metricChangeSchema.shape.outcome.nullable().describe('Of the rounds that were used; null: not compared.'),
});
export type OtherOutcome = z.output<typeof otherOutcomeSchema>;

const driftOfCaseSchema = sittingDriftSchema.extend({ id: z.string(), key: caseKeySchema });
export type DriftOfCase = z.output<typeof driftOfCaseSchema>;

const sideSchema = z.strictObject({
  startedAt: z.string(),
  machine: z.string(),
  tool: resultSchema.shape.tool,
  engines: z.array(z.string()).describe('The libraries that ran the cases, with their versions.'),
  ungradedRounds: z.int().describe('Rounds that were used without a grade.'),
  drifts: z.array(driftOfCaseSchema).describe('Speeds of compared cases that are shown to drift over the sitting.'),
});
export type SideView = z.output<typeof sideSchema>;

const bothSides = <T extends z.ZodType>(side: T) => z.strictObject({ baseline: side, candidate: side });

export const compareSchema = comparisonSchema
  .extend({
    baseline: z.string().describe('Path of the result.'),
    candidate: z.string().describe('Path of the result.'),
    sides: bothSides(sideSchema),
    grade: z.enum(GRADES).describe('Rounds of this grade or better were used.'),
    means: z.array(geometricMeanSchema).describe('Of two cases or more.'),
    leftOut: bothSides(z.array(leftOutSchema)),
    allRounds: z
      .array(otherOutcomeSchema)
      .describe('Where all rounds, of any grade, lead to another outcome than those that were used.'),
    acrossOffer: z
      .array(z.string())
      .nullable()
      .describe('What --across would have to name to compare more; null: nothing more can be compared.'),
    energyNotCompared: z
      .array(
        z.strictObject({
          id: z.string(),
          key: candidateKey,
          baseline: z.array(z.string()),
          candidate: z.array(z.string()),
        }),
      )
      .describe('Cases whose energy was read from different sources.'),
  })
  .describe('What `edgeproof compare -o json` prints, and `regress -o json` under `comparison`.');
export type CompareView = z.output<typeof compareSchema>;

export const comparisonsSchema = z
  .strictObject({
    cases: z
      .array(z.strictObject({ id: z.string(), key: caseKeySchema }))
      .describe('Cases of the baseline with which any candidate was compared.'),
    comparisons: z.array(compareSchema).min(2).describe('One for each candidate; their tests are one family.'),
    means: z
      .array(z.array(geometricMeanSchema))
      .describe('For each candidate, over the cases with which all of them were compared.'),
  })
  .describe('What `edgeproof compare -o json` prints of several candidates.');
export type ComparisonsView = z.output<typeof comparisonsSchema>;
