// View of `report`: what the page and its charts draw, of one result or of a whole store. Charts, tables and JSON render this
// alone. An entry is the newest measurement of a case on a machine; `ref` names it in every section.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { resultSchema } from '../result.js';
import { GRADES } from '../vocabulary.js';
import { ARITHMETICS } from '../work.js';
import { metricSchema } from './figures.js';
import { historySchema } from './history.js';
import { peakMemoryByPhaseSchema, peakMomentSchema } from './memory.js';
import { listedResultSchema } from './results.js';
import { reasonSchema, roundFiguresSchema } from './rounds.js';
import { showSchema } from './show.js';

const stored = resultSchema.shape;
const shown = showSchema.shape.cases.element.shape;
const ref = z.string().describe('Names an entry.');
const gradeCounts = z.partialRecord(z.enum(GRADES), z.int());

const figuresSchema = metricSchema
  .omit({ apart: true, apartValues: true })
  .extend({ values: z.array(z.number()).describe('One for each round that has one.') });
export type EntryFigures = z.output<typeof figuresSchema>;

const entrySchema = z.strictObject({
  ref,
  machine: z.string(),
  id: z.string(),
  key: caseKeySchema,
  identity: stored.cases.element.shape.identity,
  status: z.enum(['ok', 'failed', 'pending', 'impossible']),
  path: z.string(),
  startedAt: z.string(),
  tool: stored.tool,
  parameters: z.int().nullable(),
  rounds: z.int(),
  failedRounds: z.int(),
  grades: gradeCounts,
  metrics: z.partialRecord(z.enum(METRIC_NAMES), figuresSchema),
  ofCeiling: z.strictObject({ prefill: z.number().nullable(), decode: z.number().nullable() }),
  isSound: z
    .boolean()
    .nullable()
    .describe('Whether it computes what its reference computes; null where its document was not read for this report.'),
});
export type Entry = z.output<typeof entrySchema>;

const roofsSchema = z.strictObject({
  machine: z.string(),
  ep: z.string(),
  threads: z.int(),
  bytesPerSecond: z.number(),
  operationsPerSecond: z.partialRecord(z.enum(ARITHMETICS), z.number()),
  path: z.string().describe('The result whose ceilings are drawn.'),
  points: z.array(
    z.strictObject({
      ref,
      phase: z.enum(['prefill', 'decode']),
      operationsPerByte: z.number(),
      operationsPerSecond: z.number(),
      share: z.number().nullable().describe('Of its own ceiling; null where none applies to this runtime.'),
      boundBy: z.enum(['read bandwidth', 'matrix products']).nullable(),
    }),
  ),
});
export type Roofs = z.output<typeof roofsSchema>;
export type RoofPoint = Roofs['points'][number];

const gapsSchema = z.strictObject({
  ref,
  ...z.strictObject({ interTokenLatencyMs: shown.interTokenLatencyMs, jitterMs: shown.jitterMs }).shape,
  longestStall: shown.longestStall,
  bins: z
    .array(z.strictObject({ fromMs: z.number(), toMs: z.number(), gaps: z.int() }))
    .describe('Counts of gaps, in bins of equal ratio.'),
});
export type Gaps = z.output<typeof gapsSchema>;

const curveSchema = z.strictObject({
  ref,
  passes: z.int(),
  points: z.array(
    z.strictObject({
      token: z.int().describe('As people count, from 1; the first has no gap.'),
      medianMs: z.number(),
      lowMs: z.number().describe('A tenth of the passes are faster.'),
      highMs: z.number().describe('A tenth of the passes are slower.'),
    }),
  ),
});
export type TokenCurve = z.output<typeof curveSchema>;

const memorySchema = z.strictObject({
  ref,
  phases: peakMemoryByPhaseSchema,
  peak: peakMomentSchema.nullable(),
});
export type EntryMemory = z.output<typeof memorySchema>;

const sustainedSchema = z.strictObject({
  ref,
  round: z.int(),
  curve: roundFiguresSchema.shape.sustained.unwrap(),
});
export type SustainedCurve = z.output<typeof sustainedSchema>;

const seriesSchema = historySchema.element.extend({ ref });
export type Series = z.output<typeof seriesSchema>;

const samplesSchema = z.strictObject({
  ref,
  rounds: z.array(
    z.strictObject({
      index: z.int(),
      startedAt: z.string(),
      grade: z.enum(GRADES).nullable(),
      reasons: z.array(reasonSchema),
      loadMs: z.number().nullable(),
      peakRssBytes: z.int().nullable(),
      passes: z
        .array(z.strictObject({ kind: z.enum(['warmup', 'timed']), tokenMs: z.array(z.number()) }))
        .nullable()
        .describe('Arrivals of tokens; null where they would make the report too long.'),
    }),
  ),
});
export type Samples = z.output<typeof samplesSchema>;

export const reportSchema = z
  .strictObject({
    results: z.array(listedResultSchema).describe('All results that were read, the newest first.'),
    machines: z.array(stored.machine),
    entries: z.array(entrySchema),
    best: z
      .array(z.strictObject({ ref, wholeMs: z.number() }))
      .describe('The fastest case of each model on each machine, in the workload that most of its cases have.'),
    fronts: z
      .array(z.strictObject({ machine: z.string(), workload: z.string(), refs: z.array(z.string()) }))
      .describe('Cases of which no other writes faster in less memory, by memory.'),
    roofs: z.array(roofsSchema),
    gaps: z.array(gapsSchema),
    curves: z.array(curveSchema),
    memory: z.array(memorySchema),
    sustained: z.array(sustainedSchema),
    history: z
      .array(seriesSchema)
      .describe('One of each case that was measured more than once, as `history` shows it.'),
    samples: z.array(samplesSchema),
    failures: z.array(
      z.strictObject({ ref, round: z.int(), isRetried: z.boolean(), message: z.string(), hint: z.string().nullable() }),
    ),
    passedOver: z.array(z.string()).describe('What could not be read, and why.'),
    documents: z.strictObject({
      read: z.int().describe('Whole documents, which the sections below the bars are made from.'),
      entries: z.int().describe('Entries that they cover.'),
    }),
    unlisted: z.strictObject({
      series: z.int().describe('Histories that are left out.'),
      results: z.int().describe('Results that are used and not listed.'),
    }),
  })
  .describe('What `edgeproof report -o json` prints.');
export type ReportView = z.output<typeof reportSchema>;
