// The share of a ceiling that a phase of a case reaches, with the arithmetic behind it (docs/ceilings.md).
import { z } from 'zod';
import { ARITHMETICS } from '../work.js';

const perArithmetic = z.partialRecord(z.enum(ARITHMETICS), z.number());

export const ceilingShareSchema = z.strictObject({
  share: z.number(),
  boundBy: z.enum(['read bandwidth', 'matrix products']),
  impossible: z.boolean().describe('The rate is above `highestRate`, so something was measured wrongly.'),
  rate: z.number().describe('Tokens a second, as measured.'),
  ceilingRate: z.number(),
  highestRate: z.number().describe('At the upper end of the uncertainty of the ceiling.'),
  tokens: z.int().describe('Tokens that `bytes` and `operations` are for.'),
  bytes: z.int(),
  bytesPerSecond: z.number(),
  operations: perArithmetic,
  operationsPerSecond: perArithmetic,
});
export type CeilingShare = z.output<typeof ceilingShareSchema>;
