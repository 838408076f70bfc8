// How much the points of a series scatter, apart from steps of its level, and how much each of them weighs. Pure.
// The rules: docs/history.md.
import { median } from './summary.js';

/** A sitting of a series: the logarithm of the median of its rounds, and how much these scatter. */
export interface SeriesPoint {
  log: number;
  rounds: number;
  /** Of the logarithms of the rounds; null for a single round. */
  variance: number | null;
}

export function seriesPoint(values: readonly number[]): SeriesPoint {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  return {
    log: Math.log(median(values)),
    rounds: logs.length,
    variance: logs.length < 2 ? null : squares / (logs.length - 1),
  };
}

/** Degrees of freedom that an assumed deviation is worth. */
const PRIOR_FREEDOM = 4;
/** What the median of |Δx| is worth for each of the n − 1 differences, as an estimate of a deviation. */
const FREEDOM_A_DIFFERENCE = 0.37;
const LEAST_DEVIATION = 0.005;

/** From one point to the next, so that a step of the level counts once. `prior`: the relative deviation that is assumed. */
export function noiseOf(logs: readonly number[], prior: number): { deviation: number; freedom: number } {
  const moves = logs.slice(1).map((log, i) => Math.abs(log - logs[i]!));
  const measured = (1.4826 * median(moves)) / Math.SQRT2;
  const own = FREEDOM_A_DIFFERENCE * moves.length;
  const freedom = PRIOR_FREEDOM + own;
  const deviation = Math.sqrt((PRIOR_FREEDOM * prior ** 2 + own * measured ** 2) / freedom);
  return { deviation: Math.max(LEAST_DEVIATION, deviation), freedom };
}

/** Points in the middle of which each is held against their median; at the ends of the series, the first or last of it. */
const WINDOW = 5;
const CLIP_AT = 2;

/** Points that stand apart from those around them count only as far as twice the deviation. */
export function clipped(logs: readonly number[], deviation: number): number[] {
  return logs.map((log, i) => {
    const start = Math.max(0, Math.min(i - (WINDOW - 1) / 2, logs.length - WINDOW));
    const around = median(logs.slice(start, start + WINDOW));
    return Math.min(around + CLIP_AT * deviation, Math.max(around - CLIP_AT * deviation, log));
  });
}

/**
 * One over the variance of each point, relative to the median weight: what sittings differ by, and what its rounds leave
 * open. With few rounds their variance is hardly known, so that it is drawn towards that of the whole series.
 */
export function weightsOf(points: readonly SeriesPoint[], deviation: number): number[] {
  const known = points.flatMap(({ variance, rounds }) =>
    variance === null ? [] : [{ variance, freedom: rounds - 1 }],
  );
  const freedom = known.reduce((sum, point) => sum + point.freedom, 0);
  if (freedom === 0) return points.map(() => 1);
  const pooled = known.reduce((sum, point) => sum + point.freedom * point.variance, 0) / freedom;
  const open = points.map(({ variance, rounds }) => {
    const own = variance === null ? 0 : rounds - 1;
    return (PRIOR_FREEDOM * pooled + own * (variance ?? 0)) / (PRIOR_FREEDOM + own) / rounds;
  });
  const between = Math.max(LEAST_DEVIATION ** 2, deviation ** 2 - median(open));
  const weights = open.map((variance) => 1 / (between + variance));
  const middle = median(weights);
  return weights.map((weight) => weight / middle);
}
