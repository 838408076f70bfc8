// How far predictions are off: each model predicted without it, or without its whole architecture, and held against what
// was measured. The ranges of `fit` come from these errors. Pure. docs/fit.md.
import { PREDICTED_METRICS, type PredictedMetric, type Range } from '../contract/prediction.js';
import { groupBy } from '../stats/group-by.js';
import { type Calibration, type Coefficients, coefficientsOf, type Expected, each, sumOf } from './efficiency.js';

export type Values = Record<PredictedMetric, number | null>;

/** A measured case with what it is left out by, and the values that it is held against. */
export interface Scored<Q extends string> extends Calibration<Q> {
  model: string;
  /** The architecture: models of one resemble each other more than they resemble the next. */
  family: string;
  terms: Record<Q, readonly number[] | null>;
  values: Values;
}

/** `errors`: ln(measured / predicted). */
export interface Score<C> {
  scored: C;
  group: string;
  predicted: Values;
  errors: Values;
}

/** What is needed to predict a case. */
export interface Method<Q extends string, C extends Scored<Q>> {
  expected: Expected<Q>;
  valuesFrom(sums: Record<Q, number | null>, scored: C): Values;
}

/** Each case predicted without those of its group. */
export function leaveOneOut<Q extends string, C extends Scored<Q>>(
  cases: readonly C[],
  { expected, valuesFrom }: Method<Q, C>,
  groupOf: (scored: C) => string,
): Score<C>[] {
  return [...groupBy(cases, groupOf)].flatMap(([group, own]) => {
    const of = coefficientsOf(
      cases.filter((one) => groupOf(one) !== group),
      expected,
    );
    return own.map((scored) => {
      const predicted = valuesFrom(sumsOf(scored.terms, of(scored.path)), scored);
      return { scored, group, predicted, errors: errorsOf(scored.values, predicted) };
    });
  });
}

export function sumsOf<Q extends string>(
  terms: Record<Q, readonly number[] | null>,
  coefficients: Coefficients<Q>,
): Record<Q, number | null> {
  return each(Object.keys(coefficients) as Q[], (name) => sumOf(terms[name], coefficients[name]));
}

/** ln(measured / predicted); null where one of them is not known. */
export function errorsOf(values: Values, predicted: Values): Values {
  return each(PREDICTED_METRICS, (metric) => {
    const [measured, expected] = [values[metric], predicted[metric]];
    return measured === null || expected === null ? null : Math.log(measured / expected);
  });
}

/** Factors that measured values lie between, beside predictions; the share of new groups that this holds, from how many. */
export interface Spread {
  low: number;
  high: number;
  coverage: number;
  groups: number;
}

/** The share of new groups that a range is to hold. */
const WANTED_COVERAGE = 0.8;
const FEWEST_GROUPS = 3;

/**
 * From the extreme errors of each group. The k-th smallest of n values bounds a new one with probability k / (n + 1), so
 * that ranks k and n + 1 − k hold it with 1 − 2k / (n + 1). With fewer than 9 groups even the extremes hold less than
 * wanted, and `coverage` says how much. null below 3 groups.
 */
export function spreadOf(scores: readonly Score<unknown>[], metric: PredictedMetric): Spread | null {
  const known = scores.filter(({ errors }) => errors[metric] !== null);
  const groups = [...groupBy(known, ({ group }) => group).values()].map((own) =>
    own.map(({ errors }) => errors[metric]!),
  );
  const n = groups.length;
  if (n < FEWEST_GROUPS) return null;
  const rank = Math.max(1, Math.floor(((1 - WANTED_COVERAGE) / 2) * (n + 1) + 1e-9));
  const lowest = groups.map((own) => Math.min(...own)).sort((a, b) => a - b);
  const highest = groups.map((own) => Math.max(...own)).sort((a, b) => b - a);
  const [low, high] = [Math.exp(lowest[rank - 1]!), Math.exp(highest[rank - 1]!)];
  return { low, high, coverage: 1 - (2 * rank) / (n + 1), groups: n };
}

/** Predictions may all be off to one side: the value need not lie inside. null for what is no quantity. */
export function rangeOf(value: number | null, spread: Spread | null): Range | null {
  if (value === null || !Number.isFinite(value) || value <= 0) return null;
  return { value, low: spread && value * spread.low, high: spread && value * spread.high };
}
