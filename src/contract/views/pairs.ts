// View of `run --vs` and `regress --confirm`: baseline and candidate in pairs of rounds of one sitting, and what they decide.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { GRADES } from '../vocabulary.js';
import { paritySchema, workSchema } from './figures.js';

const PAIR_OUTCOMES = ['pass', 'worse', 'not shown'] as const;
export type PairOutcome = (typeof PAIR_OUTCOMES)[number];

const limitsSchema = z.strictObject({ estimate: z.number(), lower: z.number(), upper: z.number() });

const eachWay = <T extends z.ZodType>(value: T) => z.strictObject({ paired: value, unpaired: value });

const pairingGainSchema = z.strictObject({
  correlation: z.number().describe('Of the two rounds of a pair: 1 − Var(paired) ÷ Var(unpaired).'),
  halfWidth: eachWay(z.number()).describe("Of Student's 95 % interval of the change, from these very rounds."),
  roundsFor5Percent: eachWay(z.int().nullable()).describe(
    'Rounds a side that exclude a slowdown of 5 % nine times in ten where there is none; null above 10,000.',
  ),
});
export type PairingGain = z.output<typeof pairingGainSchema>;

const figureSchema = z.strictObject({
  id: z.string().describe('Of the case of the candidate.'),
  key: caseKeySchema,
  partner: z.string().describe('Id of the case of the baseline.'),
  partnerKey: caseKeySchema,
  metric: z.enum(METRIC_NAMES),
  baseline: z.number().nullable().describe('Median over the pairs.'),
  candidate: z.number().nullable().describe('Median over the pairs.'),
  pairs: z.int().describe('Pairs in which both sides have a value.'),
  change: limitsSchema.nullable().describe('candidate ÷ baseline − 1, with its 95 % interval; null below 6 pairs.'),
  slowdown: limitsSchema.nullable().describe('The change for the worse, with one-sided limits of 95 % each.'),
  margin: z.number().describe('The slowdown that is tolerated.'),
  adjustedP: z.number().describe('Adjusted for all figures together (sign flips of whole pairs, largest T).'),
  outcome: z.enum(PAIR_OUTCOMES),
  pairing: pairingGainSchema.nullable().describe('What pairing saves; null below 6 pairs, and where nothing varies.'),
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

const tokensSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  inRounds: z.boolean().nullable().describe('The same in every round; null where the sides share no prompt.'),
  parity: paritySchema
    .nullable()
    .describe('On the prompt that both sides answered; null where tokens of two files say nothing.'),
  work: workSchema.nullable().describe('Whether the candidate is shown to have read its whole prompt.'),
  otherFiles: z.boolean().describe('The sides read other files, which may compute other things.'),
  isSame: z.boolean().describe('Nothing shows that the sides computed different things.'),
});
export type PairedTokens = z.output<typeof tokensSchema>;

export const pairsSchema = z
  .strictObject({
    baseline: z.string().describe('Path of the result.'),
    candidate: z.string().describe('Path of the result.'),
    sitting: z.string(),
    differences: z
      .array(z.strictObject({ name: z.string(), baseline: z.string(), candidate: z.string() }))
      .describe('What the sides differ in: dimensions of the cases, versions of edgeproof and of what it runs.'),
    grade: z.enum(GRADES).describe('Rounds of this grade or better were used.'),
    figures: z.array(figureSchema),
    dropped: z.array(droppedSchema).describe('Cases of which pairs were dropped.'),
    tokens: z.array(tokensSchema).describe('Of each case that generates tokens.'),
    otherTokens: z
      .array(z.string())
      .describe('Ids of the cases whose sides computed other things from the same files; the exit code is then 1.'),
  })
  .describe('What `edgeproof run --vs -o json` prints, and `edgeproof regress --confirm -o json` under `pairs`.');
export type PairsView = z.output<typeof pairsSchema>;
