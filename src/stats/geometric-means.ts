// All cases of a comparison together: the geometric mean of their changes, metric by metric. It describes, and tests nothing,
// since each figure has been tested once. Pure. The formulas: docs/comparison.md, "All cases together".
import type { MetricName } from '../contract/metric-names.js';
import type { ResultDocument } from '../contract/result.js';
import type { CaseComparison, GeometricMean } from '../contract/views/compare.js';
import { medianStandardError } from './bootstrap.js';
import { COMPARED_METRICS, METRICS, valuesByRound } from './metrics.js';
import { median, student95 } from './summary.js';

type Compared = Extract<CaseComparison, { status: 'compared' }>;
type Documents = Record<'baseline' | 'candidate', ResultDocument>;

/** `documents`: with the rounds that were used. Nothing for fewer than two cases. */
export function geometricMeans(cases: readonly CaseComparison[], documents: Documents): GeometricMean[] {
  const compared = cases.filter((entry) => entry.status === 'compared').filter((entry) => !isOtherwiseComputed(entry));
  return COMPARED_METRICS.flatMap((metric) => {
    const own = compared.filter(({ changes }) =>
      changes.some((change) => change.metric === metric && change.sameAs === null),
    );
    return own.length < 2 ? [] : [meanOf(metric, own, documents)];
  });
}

/** What is faster by computing something else is not faster. */
export function isOtherwiseComputed({ changes }: Compared): boolean {
  return changes.some(({ outcome }) => outcome === 'faster but different');
}

function meanOf(metric: MetricName, cases: readonly Compared[], { baseline, candidate }: Documents): GeometricMean {
  const ratios = cases.map(({ changes }) => 1 + changes.find((change) => change.metric === metric)!.change);
  const estimate = meanLog(ratios);
  const half = halfWidth(
    meansByRound(metric, baseline, new Set(cases.map(({ partner }) => partner))),
    meansByRound(metric, candidate, new Set(cases.map(({ id }) => id))),
  );
  const phase = METRICS[metric].ceiling;
  const shares = cases.flatMap(({ ofCeiling }) => {
    if (phase === undefined || ofCeiling === null) return [];
    const [before, after] = [ofCeiling.baseline[phase], ofCeiling.candidate[phase]];
    return before === null || after === null ? [] : [after / before];
  });
  return {
    metric,
    cases: cases.length,
    change: Math.expm1(estimate),
    interval95: half === null ? null : { low: Math.expm1(estimate - half), high: Math.expm1(estimate + half) },
    ofCeiling: shares.length === cases.length ? Math.exp(meanLog(shares)) : null,
  };
}

function meanLog(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + Math.log(value), 0) / values.length;
}

/** For each round that all of these cases have: the mean of their logarithms, in which what hit the whole round counts once. */
function meansByRound(metric: MetricName, { cases }: ResultDocument, ids: ReadonlySet<string>): number[] {
  const values = cases
    .filter(({ id }) => ids.has(id))
    .map((result) => new Map(valuesByRound(metric, result).map(({ index, value }) => [index, value])));
  const [first, ...others] = values;
  const shared = [...(first?.keys() ?? [])].filter((index) => others.every((rounds) => rounds.has(index)));
  return shared.map((index) => meanLog(values.map((rounds) => rounds.get(index)!)));
}

/** Half the 95 % interval of the difference, with the degrees of freedom of Welch and Satterthwaite. */
function halfWidth(baseline: number[], candidate: number[]): number | null {
  const sides = [baseline, candidate];
  if (sides.some(({ length }) => length < 2)) return null;
  const squares = sides.map((logs) => standardError(logs) ** 2);
  const sum = squares[0]! + squares[1]!;
  if (sum === 0) return 0;
  const freedom = sum ** 2 / squares.reduce((all, square, i) => all + square ** 2 / (sides[i]!.length - 1), 0);
  return student95(Math.max(1, freedom)) * Math.sqrt(sum);
}

/** Of the median; two values are too few for a bootstrap. */
function standardError(logs: readonly number[]): number {
  const middle = median(logs);
  return logs.length === 2 ? Math.abs(logs[0]! - middle) : medianStandardError(logs.toSorted((a, b) => a - b));
}
