// Digest of a stored result: what lists, tables over many results, histories and reports need of it, in a fraction of its
// size. Kept in an index (store/digests.ts); everything in it is derived from the document.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { predictionSchema } from '../prediction.js';
import { resultSchema } from '../result.js';
import { sizeFactsSchema } from '../size-facts.js';
import { GRADES } from '../vocabulary.js';
import { engineWorkSchema } from './equal-work.js';

const stored = resultSchema.shape;

const caseDigestSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  identity: stored.cases.element.shape.identity,
  status: z.enum(['ok', 'failed', 'pending', 'impossible']).describe('pending: no round yet.'),
  parameters: z.int().nullable(),
  rounds: z.int().describe('Rounds that succeeded.'),
  failedRounds: z.int().describe('Failed rounds, those included whose place others have taken.'),
  grades: z.partialRecord(z.enum(GRADES), z.int()).describe('Rounds by grade; those without a grade are not counted.'),
  metrics: z
    .partialRecord(z.enum(METRIC_NAMES), z.array(z.number()))
    .describe('One value for each round that has one, in the order of rounds.'),
  atGrade: z
    .partialRecord(z.enum(GRADES), z.partialRecord(z.enum(METRIC_NAMES), z.number()))
    .describe('Medians of the rounds of a grade or better, for grades that some of its rounds do not reach.'),
  intervalFactor: z
    .number()
    .describe('How much wider its intervals are than by the rounds alone: 1, or more after --resume.'),
  ofCeiling: z
    .strictObject({ prefill: z.number().nullable(), decode: z.number().nullable() })
    .describe('Share of what the machine can do at best; null: no ceiling was measured.'),
  engineWork: engineWorkSchema,
  size: sizeFactsSchema
    .nullable()
    .describe('What its graph needs of a machine; null in older results and imported ones.'),
  predicted: predictionSchema.nullable().describe('What was predicted before its first round; null where nothing was.'),
  peaks: z
    .strictObject({ load: z.number(), run: z.number() })
    .nullable()
    .describe('Bytes at the peak of loading and of running, medians over rounds; null where phases were not watched.'),
  isSound: z
    .boolean()
    .describe('false: not shown to compute the same as the reference of its files, or not proven to read its prompt.'),
});
export type CaseDigest = z.output<typeof caseDigestSchema>;

export const digestSchema = z.strictObject({
  path: z.string(),
  startedAt: z.string(),
  sitting: z.string().nullable().describe('Of a side of paired rounds; null otherwise.'),
  suite: z.strictObject({ name: z.string(), hash: z.string() }),
  machine: stored.machine,
  tool: stored.tool,
  ceilings: stored.ceilings,
  engines: z.array(z.string()).describe('The libraries that ran the cases, with their versions.'),
  cases: z.array(caseDigestSchema),
});
export type Digest = z.output<typeof digestSchema>;
