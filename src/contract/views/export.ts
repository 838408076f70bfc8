// Views of `results export`: a flat row for each round and metric, and the figures of a case for tools that take one value.
import { z } from 'zod';
import { METRIC_NAMES } from '../metric-names.js';
import { GRADES } from '../vocabulary.js';
import { intervalSchema, metricSchema } from './figures.js';

const text = z.string();
const { unit, better } = metricSchema.shape;

/** Every column is in every row and has one type, so that a table can be made of the first rows. */
export const exportRowSchema = z
  .strictObject({
    result: text.describe('The file.'),
    startedAt: text.describe('ISO 8601, UTC.'),
    suite: text,
    machine: text,
    cpu: text,
    commit: text.nullable().describe('Of edgeproof; null: unknown, or measured by another benchmark.'),
    toolVersion: text.describe('Of edgeproof.'),
    foreign: z.boolean().describe('Another benchmark measured, and this was imported.'),
    case: text.describe('The id of the case.'),
    model: text,
    weights: text,
    layout: text.nullable(),
    dtype: text,
    runtime: text,
    runtimeVersion: text.nullable(),
    ep: text,
    threads: z.int(),
    options: text.nullable().describe('Session options that differ from the defaults: `spinning=off arena=off`.'),
    limits: text.nullable().describe('`memory-limit=2GB cpu-quota=1.5`.'),
    workload: text,
    prompt: z.int().nullable(),
    new: z.int().nullable(),
    depth: z.int().nullable(),
    round: z.int().describe('From 0.'),
    roundStartedAt: text,
    status: z.enum(['ok', 'failed', 'impossible']).describe('impossible: the case is faster than the machine can be.'),
    failure: text.nullable().describe('Why the round failed. Such a row has no metric.'),
    grade: z.enum(GRADES).nullable().describe('The condition of the machine; null: not recorded.'),
    metric: z.enum(METRIC_NAMES).nullable(),
    unit: unit.nullable(),
    value: z.number().nullable(),
  })
  .describe('A line of `edgeproof results export --format jsonl`.');
export type ExportRow = z.output<typeof exportRowSchema>;

const exportFigureSchema = z.strictObject({
  metric: z.enum(METRIC_NAMES),
  title: text,
  unit,
  better,
  median: z.number(),
  interval95: intervalSchema.nullable(),
  rounds: z.int(),
});
export type ExportFigure = z.output<typeof exportFigureSchema>;

const exportCaseSchema = z.strictObject({
  machine: text,
  suite: text,
  startedAt: text,
  id: text,
  name: text.describe('The case in words, the same whatever else is exported.'),
  labels: z.record(text, text).describe('Its dimensions.'),
  figures: z.array(exportFigureSchema),
});
export type ExportCase = z.output<typeof exportCaseSchema>;
