// View of `compare` and `regress`: two results case by case, what changed, and what was not compared.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { resultSchema } from '../result.js';
import { GRADES } from '../vocabulary.js';
import { paritySchema, summarySchema, workSchema } from './figures.js';
import { reasonSchema } from './rounds.js';

const metricChangeSchema = z.strictObject({
  metric: z.enum(METRIC_NAMES),
  baseline: summarySchema,
  candidate: summarySchema,
  change: z.number().describe('candidate ÷ baseline − 1'),
  p: z.number().describe('Of this test alone.'),
  adjustedP: z.number().describe('Adjusted for all tests of the comparison (Holm).'),
  outcome: z.enum(['better', 'faster but different', 'worse', 'not shown', 'too few rounds']),
  visibleEffect: z
    .number()
    .nullable()
    .describe('The smallest true change that these rounds show nine times in ten; null where they cannot show any.'),
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

const candidateKey = caseKeySchema.nullable().describe('Of the candidate; null for a case that only the baseline has.');

const caseComparisonSchema = z.discriminatedUnion('status', [
  z.strictObject({
    id: z.string(),
    status: z.literal('compared'),
    key: candidateKey,
    across: z.array(differenceSchema),
    changes: z.array(metricChangeSchema),
    sameTokens: z.boolean().nullable().describe('Over the prompts of the rounds that both sides ran; null: none.'),
    sameLogits: z.boolean().nullable().describe('The same for a sample of the logits; null: not known on both sides.'),
    parity: paritySchema.nullable().describe('Over the prompt that every run is given.'),
    work: workSchema
      .nullable()
      .describe('Whether the candidate read its whole prompt; null where that was not measured.'),
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
  z.strictObject({ id: z.string(), status: z.literal('unmatched'), key: candidateKey, reason: z.string() }),
]);
export type CaseComparison = z.output<typeof caseComparisonSchema>;

const comparisonSchema = z.strictObject({
  cases: z.array(caseComparisonSchema),
  roundsNeeded: z.int().describe('Rounds a side before any difference can be shown.'),
});
export type Comparison = z.output<typeof comparisonSchema>;

const leftOutSchema = z.strictObject({
  id: z.string(),
  rounds: z.int(),
  of: z.int(),
  reasons: z.array(reasonSchema),
});
export type LeftOut = z.output<typeof leftOutSchema>;

const sideSchema = z.strictObject({
  startedAt: z.string(),
  machine: z.string(),
  tool: resultSchema.shape.tool,
  engines: z.array(z.string()).describe('The libraries that ran the cases, with their versions.'),
  ungradedRounds: z.int().describe('Rounds that were used without a grade.'),
});
export type SideView = z.output<typeof sideSchema>;

const bothSides = <T extends z.ZodType>(side: T) => z.strictObject({ baseline: side, candidate: side });

export const compareSchema = comparisonSchema
  .extend({
    baseline: z.string().describe('Path of the result.'),
    candidate: z.string().describe('Path of the result.'),
    sides: bothSides(sideSchema),
    grade: z.enum(GRADES).describe('Rounds of this grade or better were used.'),
    leftOut: bothSides(z.array(leftOutSchema)),
    energyNotCompared: z
      .array(z.strictObject({ id: z.string(), baseline: z.array(z.string()), candidate: z.array(z.string()) }))
      .describe('Cases whose energy was read from different sources.'),
  })
  .describe('What `edgeproof compare -o json` and `regress -o json` print.');
export type CompareView = z.output<typeof compareSchema>;
