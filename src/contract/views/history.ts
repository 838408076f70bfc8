// View of `history`: the series of each case on a machine, metric by metric, with the steps of its level.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { resultSchema } from '../result.js';
import { GRADES } from '../vocabulary.js';
import { intervalSchema, metricSchema } from './figures.js';

const rangeSchema = z.strictObject({ low: z.number(), high: z.number() });

const changedSchema = z.strictObject({
  what: z.enum(['edgeproof', 'runtime', 'system', 'weights', 'graph', 'options']),
  before: z.string(),
  after: z.string(),
});
export type Changed = z.output<typeof changedSchema>;

const historyPointSchema = z.strictObject({
  path: z.string(),
  startedAt: z.string(),
  tool: resultSchema.shape.tool,
  value: z.number().describe('Median over rounds.'),
  interval95: intervalSchema.nullable(),
  rounds: z.int(),
  grades: z.partialRecord(z.enum(GRADES), z.int()),
  changed: z.array(changedSchema).describe('What is not as at the point before, other than the commit of edgeproof.'),
});
export type HistoryPoint = z.output<typeof historyPointSchema>;

const levelSchema = z.strictObject({
  first: z.int().describe('Place of its first point, from 0.'),
  last: z.int(),
  value: z.number(),
  interval95: rangeSchema,
});

const stepSchema = z.strictObject({
  at: z.int().describe('Place of the first point of the new level, where that is most likely.'),
  change: z.number().describe('New level ÷ old level − 1.'),
  interval95: rangeSchema,
  direction: z.enum(['better', 'worse']),
  positions: z.array(z.int()).describe('Places of which one is the first of the new level with a probability of 95 %.'),
  after: z.int().describe('Place of the last point before all of these: what moved the level came after it.'),
  by: z.int().describe('Place of the last of these: what moved the level came before it was measured, or with it.'),
  commits: z.array(z.string()).describe('Commits of edgeproof measured in between, that of `by` included.'),
  changed: z.array(changedSchema).describe('What else changed in between.'),
});
export type HistoryStep = z.output<typeof stepSchema>;

const seriesSchema = z.strictObject({
  id: z.string(),
  key: caseKeySchema,
  machine: z.string(),
  suites: z.array(z.string()),
  metric: z.enum(METRIC_NAMES),
  unit: metricSchema.shape.unit,
  better: metricSchema.shape.better,
  points: z.array(historyPointSchema).describe('The oldest first.'),
  leftOut: z
    .strictObject({ failed: z.int(), impossible: z.int(), older: z.int() })
    .describe(
      'Results without a point: no round succeeded; faster than the machine can be; beyond the most points a series has.',
    ),
  wentBack: z
    .boolean()
    .describe(
      'Weights, graph or options changed and changed back, so that points of several states are in this series.',
    ),
  deviation: z.number().nullable().describe('Relative standard deviation of a point; null below 6 points.'),
  levels: z.array(levelSchema).describe('Empty below 6 points.'),
  steps: z.array(stepSchema),
});
export type HistorySeries = z.output<typeof seriesSchema>;

export const historySchema = z.array(seriesSchema).describe('What `edgeproof history -o json` prints.');
