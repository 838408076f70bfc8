// What is derived from a single round: its grade, its drift, its energy per token, the curve of a sustained workload.
import { z } from 'zod';
import { energySchema } from '../energy.js';
import { GRADES } from '../vocabulary.js';

export const reasonSchema = z.strictObject({
  grade: z.enum(['B', 'C']),
  words: z.string().describe('A sentence. If it has a share, `%` stands for it: `other programs took % of a core`.'),
  share: z.number().nullable(),
});
export type Reason = z.output<typeof reasonSchema>;

const gradedSchema = z.strictObject({
  grade: z.enum(GRADES).nullable().describe('null: the condition was not recorded.'),
  reasons: z.array(reasonSchema),
});
export type Graded = z.output<typeof gradedSchema>;

const sustainedSchema = z.strictObject({
  windows: z.array(
    z.strictObject({
      startSeconds: z.number(),
      tokensPerSecond: z.number(),
      celsius: z.number().nullable(),
      mhz: z.number().nullable(),
    }),
  ),
  peakRate: z.number(),
  sustainedRate: z.number().describe('Median of the last quarter of the windows.'),
  sustainedToPeak: z.number(),
  throttledAfterSeconds: z
    .number()
    .nullable()
    .describe('Start of the first window after which the rate stays below 90 % of the peak; null: it never does.'),
  heatCountedAfterSeconds: z
    .number()
    .nullable()
    .describe('First reading with thermal throttling counted by the processor; null: none, or not counted here.'),
  countsHeat: z.boolean().describe('Whether this processor counts thermal throttling.'),
});
export type Sustained = z.output<typeof sustainedSchema>;
export type Window = Sustained['windows'][number];

const perTokenSchema = z.strictObject({
  gross: z.number(),
  net: z.number().nullable().describe('The idle machine subtracted; null without a baseline.'),
});
export type PerToken = z.output<typeof perTokenSchema>;

const [meteredSchema, unavailableSchema] = energySchema.options;

const roundEnergySchema = z.discriminatedUnion('tier', [
  meteredSchema.pick({ tier: true, source: true, updateMs: true, idle: true }).extend({
    joulesPerPromptToken: perTokenSchema.nullable(),
    joulesPerToken: perTokenSchema.nullable(),
    joulesPerTokenInAll: perTokenSchema.nullable(),
  }),
  unavailableSchema,
]);
export type RoundEnergy = z.output<typeof roundEnergySchema>;

export const roundFiguresSchema = gradedSchema.extend({
  index: z.int(),
  drift: z
    .number()
    .nullable()
    .describe(
      'Relative change of the time per token from first to last: iterations, or tokens of the only one against those of other rounds.',
    ),
  unknown: z.array(z.string()).describe('Readings of the condition that this system does not give.'),
  energy: roundEnergySchema.nullable(),
  sustained: sustainedSchema.nullable(),
});
export type RoundFigures = z.output<typeof roundFiguresSchema>;
