// View of a gate: what `regress` answers, finding by finding. Made of a comparison of stored results, or of paired rounds.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';

const FINDINGS = [
  'pass',
  'better',
  'worse',
  'faster but different',
  'within sitting spread',
  'not shown',
  'too few rounds',
  'failed',
  'missing',
  'other tokens',
  'not compared',
] as const;

const findingSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  metric: z.enum(METRIC_NAMES).nullable().describe('null: it is about the case.'),
  outcome: z.enum(FINDINGS),
  isNo: z.boolean().describe('The gate says no because of it, perhaps among others.'),
  baseline: z.number().nullable().describe('Median.'),
  candidate: z.number().nullable().describe('Median.'),
  change: z.number().nullable().describe('candidate ÷ baseline − 1'),
  wouldShow: z.number().nullable().describe('The smallest change that would have been shown nine times in ten.'),
  reason: z.string().nullable(),
});
export type Finding = z.output<typeof findingSchema>;

export const gateSchema = z.strictObject({
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  suite: z.string(),
  machine: z.string(),
  baseline: z.string().describe('Path of the result.'),
  candidate: z.string().describe('Path of the result.'),
  isPaired: z.boolean().describe('Both sides were run again in pairs of rounds, which decided.'),
  findings: z.array(findingSchema),
});
export type Gate = z.output<typeof gateSchema>;
