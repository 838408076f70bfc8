// Part of the view of `regress`, with `--confirm`: baseline and candidate in pairs of rounds of one sitting, and what they decide.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { GRADES } from '../vocabulary.js';

const PAIR_OUTCOMES = ['pass', 'worse', 'not shown'] as const;
export type PairOutcome = (typeof PAIR_OUTCOMES)[number];

const limitsSchema = z.strictObject({ estimate: z.number(), lower: z.number(), upper: z.number() });

const figureSchema = z.strictObject({
  id: z.string().describe('Of the case of the candidate.'),
  key: caseKeySchema,
  metric: z.enum(METRIC_NAMES),
  baseline: z.number().nullable().describe('Median over the pairs.'),
  candidate: z.number().nullable().describe('Median over the pairs.'),
  pairs: z.int().describe('Pairs in which both sides have a value.'),
  change: limitsSchema.nullable().describe('candidate ÷ baseline − 1, with its 95 % interval; null below 6 pairs.'),
  slowdown: limitsSchema.nullable().describe('The change for the worse, with one-sided limits of 95 % each.'),
  margin: z.number().describe('The slowdown that is tolerated.'),
  adjustedP: z.number().describe('Adjusted for all figures together (sign flips of whole pairs, largest T).'),
  outcome: z.enum(PAIR_OUTCOMES),
});
export type PairedFigure = z.output<typeof figureSchema>;

const droppedSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  baselineFailed: z.int(),
  candidateFailed: z.int(),
  grade: z.int().describe('Pairs in which a round was of a worse grade.'),
  firstFailure: z.string().nullable(),
});
export type DroppedPairs = z.output<typeof droppedSchema>;

export const pairsSchema = z
  .strictObject({
    baseline: z.string().describe('Path of the result.'),
    candidate: z.string().describe('Path of the result.'),
    sitting: z.string(),
    grade: z.enum(GRADES).describe('Rounds of this grade or better were used.'),
    figures: z.array(figureSchema),
    dropped: z.array(droppedSchema).describe('Cases of which pairs were dropped.'),
    otherTokens: z.array(z.string()).describe('Ids of the cases whose sides generated other tokens.'),
  })
  .describe('What `edgeproof regress --confirm -o json` prints under `pairs`.');
export type PairsView = z.output<typeof pairsSchema>;
