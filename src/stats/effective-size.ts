// How many independent samples a set of series is worth, whose neighbours resemble each other. Pure.
// Geyer (1992): autocorrelations are added up in pairs as long as a pair is positive.

/** Never more than the number of values, even where neighbours differ more than by chance. */
export function effectiveSize(series: readonly (readonly number[])[]): number {
  const count = series.reduce((sum, values) => sum + values.length, 0);
  const longest = series.reduce((most, values) => Math.max(most, values.length), 0);
  const mean = series.reduce((sum, values) => values.reduce((a, b) => a + b, sum), 0) / count;
  const centred = series.map((values) => Float64Array.from(values, (value) => value - mean));
  const variance = autocovariance(centred, 0);
  if (count === 0 || variance === 0) return count;
  let time = -1;
  for (let lag = 0; lag < longest; lag += 2) {
    const pair = (autocovariance(centred, lag) + autocovariance(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    time += 2 * pair;
  }
  return Math.min(count, count / Math.max(time, Number.EPSILON));
}

/** Sum over all series of the products of values `lag` places apart; the mean of all is subtracted already. */
function autocovariance(series: readonly Float64Array[], lag: number): number {
  let sum = 0;
  for (const values of series) for (let i = lag; i < values.length; i++) sum += values[i]! * values[i - lag]!;
  return sum;
}
