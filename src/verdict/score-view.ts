// What `fit --score` answers: predictions made without a model, held against what was measured of it. Pure. docs/fit.md.
import { PREDICTED_METRICS, type PredictedMetric } from '../contract/prediction.js';
import type { PublishedRow } from '../contract/published.js';
import type { Digest } from '../contract/views/digest.js';
import type { ScorePart, ScoreRow, ScoreSummary, ScoreView } from '../contract/views/score.js';
import { groupBy } from '../stats/group-by.js';
import { median } from '../stats/summary.js';
import { publishedCases, publishedScores } from './devices.js';
import { each } from './efficiency.js';
import { type MeasuredCase, measuredCases, OWN_METHOD } from './own-machine.js';
import { errorsOf, leaveOneOut, type Score, type Values } from './scores.js';

/** How close predictions are to be: of this machine by what was asked for, of others by what a specification allows. */
const OWN_LIMITS = { decodeRate: 0.15, prefillRate: 0.25, ttftMs: 0.25, peakRssBytes: 0.1 };
const PUBLISHED_LIMITS = { decodeRate: 0.35, prefillRate: 0.35, ttftMs: 0.35, peakRssBytes: 0.35 };
type Limits = Record<PredictedMetric, number>;

export function scoreView(
  digests: readonly Digest[],
  familyOf: (model: string) => string,
  published: readonly PublishedRow[],
): ScoreView {
  const own = [...groupBy(digests, ({ machine }) => machine.id)].flatMap(([machine, ofMachine]) => {
    const cases = measuredCases(ofMachine, familyOf);
    const models = new Set(cases.map(({ model }) => model));
    if (models.size < 2) return [];
    const rows = leaveOneOut(cases, OWN_METHOD, ({ model }) => model).map((score) => ownRow(machine, score));
    return [{ machine, ...partOf('model', rows, OWN_LIMITS), stored: storedSummary(machine, cases) }];
  });
  const scores = publishedScores(publishedCases(published), 'family');
  return { own, published: partOf('architecture', scores.map(publishedRow), PUBLISHED_LIMITS) };
}

/** null where no run stored a prediction. */
function storedSummary(machine: string, cases: readonly MeasuredCase[]): ScoreSummary | null {
  const rows = cases.flatMap((scored) =>
    scored.stored === null ? [] : [ownRow(machine, { scored, errors: errorsOf(scored.values, scored.stored) })],
  );
  return rows.length === 0 ? null : summaryOf(rows, OWN_LIMITS);
}

function ownRow(machine: string, { scored, errors }: Pick<Score<MeasuredCase>, 'scored' | 'errors'>): ScoreRow {
  const { prompt, new: tokens, depth } = scored.lengths;
  return {
    on: machine,
    group: scored.path.join(' · '),
    model: scored.model,
    family: scored.family,
    workload: `pp${prompt} tg${tokens}${depth === 0 ? '' : ` @ d${depth}`}`,
    measured: scored.values,
    errors: ratios(errors),
    outlier: null,
    note: null,
  };
}

function publishedRow({ scored: { row, values }, errors }: ReturnType<typeof publishedScores>[number]): ScoreRow {
  const { device, engine, model, format, family, outlier = null, apart: note = null } = row;
  const on = `${device} · ${engine}`;
  return {
    on,
    group: row.class,
    model: `${model} ${format}`,
    family,
    workload: '',
    measured: values,
    errors: ratios(errors),
    outlier,
    note,
  };
}

/** Turns logarithms of ratios into relative errors. */
function ratios(errors: Values): Values {
  return each(PREDICTED_METRICS, (metric) => errors[metric] && Math.exp(errors[metric]) - 1);
}

function partOf(leftOut: ScorePart['leftOut'], rows: ScoreRow[], limits: Limits): ScorePart {
  const fitted = rows.filter(({ outlier }) => outlier === null);
  return {
    leftOut,
    rows,
    summary: summaryOf(fitted, limits),
    byGroup: [...groupBy(fitted, ({ group }) => group)].map(([group, own]) => ({
      group,
      summary: summaryOf(own, limits),
    })),
  };
}

function summaryOf(rows: readonly ScoreRow[], limits: Limits): ScoreSummary {
  const known = (metric: PredictedMetric) => rows.flatMap(({ errors }) => errors[metric] ?? []);
  const ofKnown = <T>(of: (errors: number[], metric: PredictedMetric) => T) =>
    each(PREDICTED_METRICS, (metric) => (known(metric).length === 0 ? null : of(known(metric), metric)));
  return {
    n: rows.length,
    within: ofKnown((errors, metric) => ({
      n: errors.length,
      limit: limits[metric],
      inside: errors.filter((error) => Math.abs(error) <= limits[metric]).length,
    })),
    medianError: ofKnown((errors) => median(errors)),
    largest: ofKnown((errors) => errors.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))),
  };
}
