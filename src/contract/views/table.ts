// View of `show` with several results: the newest value of each case in each column, and which cases meet a wish.
import { z } from 'zod';
import { caseKeySchema } from '../case-key.js';
import { METRIC_NAMES } from '../metric-names.js';
import { resultSchema } from '../result.js';
import { WISHED_METRICS } from '../wishes.js';
import { digestSchema } from './digest.js';
import { summarySchema } from './figures.js';

const ofCase = digestSchema.shape.cases.element.shape;
const wished = z.enum(WISHED_METRICS);

const tableResultSchema = z.strictObject({
  path: z.string(),
  startedAt: z.string(),
  machine: z.string(),
  tool: resultSchema.shape.tool,
  engines: z.array(z.string()).describe('The libraries that ran the cases, with their versions.'),
});
export type TableResult = z.output<typeof tableResultSchema>;

const cellSchema = z.strictObject({
  column: z.int().describe('Index of the column.'),
  machine: z.string().describe('A name that tells it from the other machines of the table.'),
  result: z.string().describe('Path of the result.'),
  id: z.string(),
  key: caseKeySchema,
  status: ofCase.status,
  isSound: ofCase.isSound,
  engineWork: ofCase.engineWork,
  rounds: ofCase.rounds,
  failedRounds: ofCase.failedRounds,
  belowGradeB: z.int().describe('Rounds of grade C.'),
  metrics: z.partialRecord(z.enum(METRIC_NAMES), summarySchema),
  ofCeiling: ofCase.ofCeiling,
  older: z.int().describe('Earlier results with figures for this cell, which do not count.'),
  withoutFigures: z.array(z.string()).describe('Paths of later results in which the case failed or was impossible.'),
  meets: z
    .enum(['yes', 'no', 'not shown'])
    .nullable()
    .describe('not shown: an interval straddles a limit, or there is none. null: nothing is asked of this workload.'),
});
export type TableCell = z.output<typeof cellSchema>;

const placeSchema = z.strictObject({ row: z.int(), column: z.int() });
export type TablePlace = z.output<typeof placeSchema>;

export const tableSchema = z
  .strictObject({
    by: z.array(z.string()).describe('What tells the columns apart.'),
    columns: z.array(
      z.strictObject({
        values: z.record(z.string(), z.string()).describe('The value of each dimension in `by`.'),
        results: z.array(tableResultSchema).describe('Those whose figures stand in this column, the oldest first.'),
      }),
    ),
    rows: z.array(
      z.strictObject({
        machine: z
          .string()
          .nullable()
          .describe('Where rows are told apart by it; null where columns are, or there is only one.'),
        cells: z.array(cellSchema).min(1).describe('At most one of each column.'),
      }),
    ),
    sort: wished.nullable(),
    wishes: z.array(z.strictObject({ metric: wished, limit: z.number() })),
    counts: z
      .strictObject({ yes: z.int(), no: z.int(), 'not shown': z.int() })
      .nullable()
      .describe('Cells by whether they meet the wishes, those of rows left out included; null without wishes.'),
    rowsLeftOut: z.int().describe('Rows without a cell that meets the wishes.'),
    notShown: z.array(cellSchema).describe('Cells of which it is not shown that they meet the wishes.'),
    best: z
      .strictObject({
        metric: wished,
        place: placeSchema,
        notShownWorse: z.array(placeSchema),
        isAtEqualWork: z
          .boolean()
          .describe('false: a case of the same model on another runtime does other work, or does not tell.'),
      })
      .nullable()
      .describe('Of those that meet the wishes, by the metric of `sort` or of the first wish; null: none is named.'),
    otherwiseDifferent: z
      .array(z.strictObject({ identity: z.string(), rows: z.array(z.int()) }))
      .describe('What differs between the columns of a row and does not follow from `by`.'),
  })
  .describe('What `edgeproof show -o json` prints of several results.');
export type TableView = z.output<typeof tableSchema>;
