// Views of `results`: what is stored, one entry a result, and what `results verify` finds wrong.
import { z } from 'zod';
import { resultSchema } from '../result.js';
import { GRADES, WEIGHTS } from '../vocabulary.js';

export const listedResultSchema = z.strictObject({
  path: z.string(),
  startedAt: z.string(),
  machine: z.string(),
  suite: z.string(),
  tool: resultSchema.shape.tool,
  foreign: z.boolean().describe('Another benchmark measured, and this was imported.'),
  models: z.array(z.string()),
  weights: z.array(z.enum(WEIGHTS)),
  cases: z
    .strictObject({ ok: z.int(), failed: z.int(), pending: z.int(), impossible: z.int() })
    .describe('pending: no round yet; impossible: faster than the machine can be.'),
  rounds: z.int().describe('Rounds that succeeded.'),
  grades: z.partialRecord(z.enum(GRADES), z.int()).describe('Rounds by grade; those without a grade are not counted.'),
});
export type ListedResult = z.output<typeof listedResultSchema>;

export const resultsSchema = z.array(listedResultSchema).describe('What `edgeproof results -o json` prints.');

const verifiedSchema = z.strictObject({
  path: z.string(),
  faults: z.array(z.strictObject({ check: z.string(), message: z.string() })).describe('Empty: nothing is wrong.'),
});
export type VerifiedResult = z.output<typeof verifiedSchema>;

export const verifySchema = z.array(verifiedSchema).describe('What `edgeproof results verify -o json` prints.');
