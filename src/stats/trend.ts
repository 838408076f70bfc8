// Many series at once: which trends are larger than chance makes them when the rounds come in another order, whatever
// the number of series. Pure. Step-down max-T, Westfall and Young (1993), as in max-t.ts: docs/condition.md.
import { PRIOR_FREEDOM, RESOLUTION, ROUNDING } from './max-t.js';
import { ordersOf } from './orders.js';
import { median } from './summary.js';

/** With fewer rounds no trend can be significant: four have 24 orders, and two of them are as steep as can be. */
export const FEWEST_ROUNDS = 5;

/** p of the slope of each series, adjusted for all of them. Positive values in the order of time, `FEWEST_ROUNDS` at least. */
export function trendP(series: readonly (readonly number[])[]): number[] {
  if (series.length === 0) return [];
  const logs = series.map(centredLogs);
  const squares = logs.map((values) => values.reduce((sum, log) => sum + log * log, 0));
  // Around the mean and not around the slope, so that it is the same in every order.
  const prior = PRIOR_FREEDOM * median(squares.map((sum, i) => sum / (logs[i]!.length - 1)));
  const orders = ordersOf(Math.max(...logs.map(({ length }) => length)));
  const byLength = new Map<number, Uint16Array>();
  const steepness = logs.map((values, i) => {
    const { length } = values;
    if (!byLength.has(length)) byLength.set(length, placesIn(orders, length));
    return statistics(values, squares[i]!, byLength.get(length)!, prior);
  });
  const ascending = steepness.map((_, i) => i).sort((a, b) => steepness[a]![0]! - steepness[b]![0]!);
  const largest = new Float64Array(orders.length);
  const p = new Array<number>(series.length);
  for (const i of ascending) {
    const own = steepness[i]!;
    const reached = own[0]! * (1 - ROUNDING);
    let among = 0;
    for (let at = 0; at < largest.length; at++) {
      if (own[at]! > largest[at]!) largest[at] = own[at]!;
      if (largest[at]! >= reached) among++;
    }
    p[i] = among / largest.length;
  }
  // A smaller trend is never surer than a larger one.
  let least = 0;
  for (const i of ascending.toReversed()) p[i] = least = Math.max(least, p[i]!);
  return p;
}

/** Relative change from the first value to the last along the Theil–Sen slope of the logarithms. */
export function trendChange(values: readonly number[]): number {
  const slopes = values.flatMap((later, b) =>
    values.slice(0, b).map((earlier, a) => Math.log(later / earlier) / (b - a)),
  );
  return Math.expm1(median(slopes) * (values.length - 1));
}

function centredLogs(values: readonly number[]): Float64Array {
  const logs = Float64Array.from(values, Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return logs.map((log) => log - mean);
}

/** The first `length` rounds in each order, one order after the other. */
function placesIn(orders: readonly Uint16Array[], length: number): Uint16Array {
  const places = new Uint16Array(orders.length * length);
  let at = 0;
  for (const order of orders) {
    for (const place of order) if (place < length) places[at++] = place;
  }
  return places;
}

/** (slope ÷ its standard error)², in each order. */
function statistics(logs: Float64Array, squares: number, places: Uint16Array, prior: number): Float64Array {
  const n = logs.length;
  const ofTime = (n * (n * n - 1)) / 12;
  const times = Float64Array.from({ length: n }, (_, i) => (i - (n - 1) / 2) / Math.sqrt(ofTime));
  const freedom = PRIOR_FREEDOM + n - 2;
  const found = new Float64Array(places.length / n);
  for (let order = 0; order < found.length; order++) {
    let product = 0;
    for (let i = 0; i < n; i++) product += times[i]! * logs[places[order * n + i]!]!;
    const explained = product * product;
    const variance = (prior + Math.max(0, squares - explained)) / freedom;
    found[order] = explained / Math.max(RESOLUTION * RESOLUTION, variance);
  }
  return found;
}
