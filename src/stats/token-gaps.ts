// The gaps between tokens of a case: percentiles, jitter, the longest stall. Pure. Formulas: docs/metrics.md.
import { type CaseResult, okRounds } from '../contract/result.js';
import type { InterTokenLatency, Stall } from '../contract/views/show.js';
import { effectiveSize } from './effective-size.js';
import { gapsOf, timedPasses } from './metrics.js';
import { median, medianOfKnown, quantile, samplesForPercentile } from './summary.js';

/** Gaps between consecutive tokens of all timed iterations, and the percentiles that they support. */
export function interTokenLatency(result: CaseResult): InterTokenLatency {
  const series = gapSeries(result).map(({ gaps }) => gaps);
  const sorted = Float64Array.from(series.flat()).sort();
  const supported = (p: number) => {
    if (sorted.length < samplesForPercentile(p)) return null;
    const value = quantile(sorted, p);
    // What matters for a percentile is which gaps reach it, and whether those come together.
    const reached = series.map((gaps) => gaps.map((gap) => (gap >= value ? 1 : 0)));
    return effectiveSize(reached) < samplesForPercentile(p) ? null : value;
  };
  return { n: sorted.length, p50: supported(0.5), p90: supported(0.9), p95: supported(0.95), p99: supported(0.99) };
}

/** Median distance of the gaps of a pass from their median, median over passes; null where no pass has three gaps. */
export function jitterMs(result: CaseResult): number | null {
  const jitters = gapSeries(result).map(({ gaps }) => {
    const middle = gaps.length < 3 ? null : median(gaps);
    return middle === null ? null : median(gaps.map((gap) => Math.abs(gap - middle)));
  });
  return medianOfKnown(jitters);
}

/** The longest gap; null where no token follows another. */
export function longestStall(result: CaseResult): Stall | null {
  const series = gapSeries(result);
  const all = series.flatMap(({ gaps }) => gaps);
  if (all.length === 0) return null;
  const ms = all.reduce((longest, gap) => Math.max(longest, gap), 0);
  const { round, iteration, gaps } = series.find((entry) => entry.gaps.includes(ms))!;
  return { ms, ratio: ms / median(all), round, iteration, token: gaps.indexOf(ms) + 2 };
}

function gapSeries(result: CaseResult): { round: number; iteration: number; gaps: number[] }[] {
  return okRounds(result).flatMap((round) =>
    timedPasses(round).map(({ tokenMs }, iteration) => ({ round: round.index, iteration, gaps: gapsOf(tokenMs) })),
  );
}
