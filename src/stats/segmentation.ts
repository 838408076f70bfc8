// The best division of a series into levels: weighted least squares with a price for each further level, found exactly by
// dynamic programming (Jackson et al. 2005). Pure.

/** What it costs to give the points from `start` up to `end` one level: their weighted squares around their mean. */
export interface Levels {
  count: number;
  cost(start: number, end: number): number;
  mean(start: number, end: number): number;
  weight(start: number, end: number): number;
}

/** Running sums make each question one subtraction. They start from the first value, so that little precision is lost. */
export function levelsOf(values: readonly number[], weights: readonly number[]): Levels {
  const count = values.length;
  const origin = values[0] ?? 0;
  const [sums, products, squares] = [0, 1, 2].map((power) => {
    const running = new Float64Array(count + 1);
    for (let i = 0; i < count; i++) running[i + 1] = running[i]! + weights[i]! * (values[i]! - origin) ** power;
    return running;
  }) as [Float64Array, Float64Array, Float64Array];
  const weight = (start: number, end: number) => sums[end]! - sums[start]!;
  return {
    count,
    weight,
    mean: (start, end) => origin + (products[end]! - products[start]!) / weight(start, end),
    cost(start, end) {
      const product = products[end]! - products[start]!;
      return Math.max(0, squares[end]! - squares[start]! - product ** 2 / weight(start, end));
    },
  };
}

/**
 * Where each level starts, the first at 0: the division with the least cost plus `price` for each step. No level has fewer
 * points than `fewest`, unless the series has.
 */
export function bestStarts({ count, cost }: Levels, { price, fewest }: { price: number; fewest: number }): number[] {
  const best = new Float64Array(count + 1);
  const lastStart = new Int32Array(count + 1);
  best[0] = -price;
  for (let end = Math.min(fewest, count); end <= count; end++) {
    let lowest = best[0]! + cost(0, end);
    let from = 0;
    for (let start = fewest; start <= end - fewest; start++) {
      const total = best[start]! + cost(start, end);
      if (total < lowest) {
        lowest = total;
        from = start;
      }
    }
    best[end] = lowest + price;
    lastStart[end] = from;
  }
  const starts: number[] = [];
  for (let end = count; end > 0; end = starts[0]!) starts.unshift(lastStart[end]!);
  return starts;
}
