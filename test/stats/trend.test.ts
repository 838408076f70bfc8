// Trends of many series: p against published tables and brute force, false alarms and power by seeded simulation.
import { describe, expect, it } from 'vitest';
import { ordersOf } from '../../src/stats/orders.js';
import { normal } from '../../src/stats/random.js';
import { trendChange, trendP } from '../../src/stats/trend.js';

/** Of ranks the slope is Spearman's coefficient, whose exact distribution is published. */
const ofRanks = (ranks: number[]) => trendP([ranks.map((rank) => Math.exp(rank / 100))])[0]!;

describe('orders of rounds', () => {
  it('are all of them up to six, each once, the measured one first', () => {
    for (const [size, count] of [
      [1, 1],
      [3, 6],
      [5, 120],
      [6, 720],
    ] as const) {
      const orders = ordersOf(size).map((order) => order.join());
      expect(orders[0]).toBe(Array.from({ length: size }, (_, i) => i).join());
      expect(new Set(orders).size).toBe(count);
      expect(orders).toHaveLength(count);
    }
  });

  it('are 2,000 drawn ones of more', () => {
    const orders = ordersOf(8);
    expect(orders).toHaveLength(2000);
    expect(orders[0]!.join()).toBe('0,1,2,3,4,5,6,7');
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(1900);
    for (const order of orders) expect([...order].sort().join()).toBe('0,1,2,3,4,5,6,7');
  });
});

describe('p of a trend', () => {
  // R: cor.test(1:n, ranks, method = "spearman", exact = TRUE)$p.value; the same in Zar (1972), table 1.
  it.each([
    ['n = 5, rho = 1', [1, 2, 3, 4, 5], 0.0166667],
    ['n = 5, rho = −1', [5, 4, 3, 2, 1], 0.0166667],
    ['n = 5, rho = 0.9', [2, 1, 3, 4, 5], 0.0833333],
    ['n = 5, rho = 0.8', [2, 1, 3, 5, 4], 0.1333333],
    ['n = 6, rho = 0.886', [2, 1, 3, 4, 6, 5], 0.0333333],
    ['n = 6, rho = 0.771', [1, 2, 5, 4, 3, 6], 0.1027778],
  ])('of %s is as tabled', (_, ranks, p) => expect(ofRanks(ranks)).toBeCloseTo(p, 6));

  it.each([
    ['n = 7, rho = 0.821', [3, 2, 1, 4, 5, 7, 6], 0.034127],
    ['n = 8, rho = 0.881', [3, 1, 2, 5, 4, 6, 8, 7], 0.0072421],
    ['n = 8, rho = 0.738', [4, 3, 1, 2, 6, 5, 8, 7], 0.0458333],
  ])('of %s, of drawn orders, is near the tabled one', (_, ranks, p) => {
    expect(Math.abs(ofRanks(ranks) - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / 2000));
  });

  it('of several series is that of the largest among them, by brute force', () => {
    const draw = normal(5);
    for (let set = 0; set < 8; set++) {
      // Of unlike noise, with and without trends.
      const series = [0.01, 0.02, 0.005].map((noise, i) =>
        [0, 1, 2, 3, 4].map((at) => 100 * (1 + draw(0, noise) + 0.01 * at * (i - 1))),
      );
      const expected = bruteForce(series);
      for (const [i, p] of trendP(series).entries()) expect(p).toBeCloseTo(expected[i]!, 12);
    }
  });

  it('is 1 of series without any change, and nothing of no series', () => {
    expect(trendP([[5, 5, 5, 5, 5]])).toEqual([1]);
    expect(trendP([])).toEqual([]);
  });

  it('takes series of different lengths', () => {
    const [long, short] = trendP([
      [100, 102, 104, 106, 108, 110, 112, 114],
      [100, 101, 99, 101, 100],
    ]);
    expect(long).toBeLessThan(0.01);
    expect(short).toBeGreaterThan(0.3);
  });
});

/** From the definition: each order's slopes by least squares, with residuals; step-down from the smallest. */
function bruteForce(series: number[][]): number[] {
  const time = series[0]!.map((_, i) => i);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = (values: number[]) => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0);
  const logs = series.map((values) => values.map((value) => Math.log(value)));
  const [, prior] = logs.map((values) => squares(values) / (values.length - 1)).sort((a, b) => a - b);
  const t = (values: number[]) => {
    const slope = time.reduce((sum, at, i) => sum + (at - mean(time)) * values[i]!, 0) / squares(time);
    const residuals = squares(values.map((value, i) => value - slope * time[i]!));
    const deviation = Math.sqrt((8 * prior! + residuals) / (8 + values.length - 2));
    return (Math.abs(slope) * Math.sqrt(squares(time))) / deviation;
  };
  const permutations = (rest: number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((one) => permutations(rest.filter((other) => other !== one)).map((others) => [one, ...others]));
  const orders = permutations(time);
  const observed = logs.map(t);
  const share = (limit: number) => {
    const among = logs.filter((_, i) => observed[i]! <= limit);
    const reached = orders.filter((order) => among.some((values) => t(order.map((at) => values[at]!)) >= limit - 1e-9));
    return reached.length / orders.length;
  };
  return observed.map((own) => Math.max(...observed.filter((other) => other >= own).map(share)));
}

describe('the change of a trend', () => {
  it('is that from the first round to the last, and not moved by one slow round', () => {
    expect(trendChange([100, 98, 96.04, 94.1192])).toBeCloseTo(0.98 ** 3 - 1, 12);
    const rates = Array.from({ length: 9 }, (_, i) => 100 * 0.99 ** i);
    expect(trendChange(rates)).toBeCloseTo(0.99 ** 8 - 1, 12);
    expect(trendChange(rates.with(4, 10))).toBeCloseTo(0.99 ** 8 - 1, 2);
  });
});

/** Sittings of `series` figures with a deviation of 1 % between rounds, half of whose variance they share. */
function sitting(draw: ReturnType<typeof normal>, series: number, rounds: number, change: number): number[][] {
  const [own, common] = [0.01 / Math.SQRT2, Array.from({ length: rounds }, () => draw(0, 0.01 / Math.SQRT2))];
  return Array.from({ length: series }, () =>
    common.map((noise, i) => 50 * Math.exp(noise + draw(0, own) + (Math.log1p(change) * i) / (rounds - 1))),
  );
}

/** Share of sittings in which any trend is found. */
function shareFound(sittings: number, series: number, rounds: number, change: number): number {
  const draw = normal(series * 100 + rounds);
  const found = Array.from({ length: sittings }, () => trendP(sitting(draw, series, rounds, change)));
  return found.filter((p) => p.some((one) => one <= 0.05)).length / sittings;
}

describe('by simulation', () => {
  it.each([
    [1, 5, 1000],
    [10, 5, 400],
    [2, 8, 100],
  ])('a sitting of %i series and %i rounds without a trend gives a false alarm in 5 of 100', (series, rounds, of) => {
    const share = shareFound(of, series, rounds, 0);
    expect(share).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / of));
    expect(share).toBeGreaterThan(0.05 - 3 * Math.sqrt((0.05 * 0.95) / of));
  });

  it('a fall of 5 % is found in 9 of 10 sittings of 8 rounds', () => {
    expect(shareFound(60, 2, 8, -0.05)).toBeGreaterThan(0.9);
    expect(shareFound(200, 2, 5, -0.05)).toBeGreaterThan(0.6);
  });
});
