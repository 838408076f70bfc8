// Many figures at once: which changes are larger than chance makes them when rounds are dealt out to the sides again,
// whatever the number of figures. Pure. Step-down max-T, Westfall and Young (1993): docs/comparison.md.
import { groupBy } from './group-by.js';
import { type Relabellings, relabellings } from './relabel.js';
import { median } from './summary.js';

export interface RoundValue {
  /** The index of the round; rounds of one index are dealt alike in all figures. */
  index: number;
  value: number;
}

/** One figure of both sides, with positive values; rounds without a value are left out. */
export interface Figure {
  baseline: readonly RoundValue[];
  candidate: readonly RoundValue[];
}

export interface Tested {
  /** Share of the deals in which this very figure differs by as much. */
  p: number;
  /** The same of the largest difference among this figure and those that differ less. */
  adjustedP: number;
}

/** Degrees of freedom that the median variance of the family is worth. */
export const PRIOR_FREEDOM = 8;
/** Relative; what spreads less is taken to spread by this: no clock reads that finely. */
export const RESOLUTION = 1e-6;
export const ROUNDING = 1e-9;

export function maxT(figures: readonly Figure[]): { tested: Tested[]; deals: Pick<Relabellings, 'count' | 'seed'> } {
  const slots = slotsOf(figures);
  const sides = new Float64Array(2 * slots.size);
  const ordered = figures.map((figure) => order(figure, slots, sides));
  const patterns = groupBy(ordered, ({ pattern }) => pattern);
  const isEven = patterns.size === 1 && ordered[0]!.slots.length === slots.size;
  const { count, seed, orders } = relabellings(slots.baseline.size, slots.size, isEven);
  const deals = new Map([...patterns].map(([pattern, [one]]) => [pattern, dealOut(one!, slots.size, count, orders())]));
  const dealsOf = ({ pattern }: Ordered) => deals.get(pattern)!;

  const variances = ordered.filter(({ freedom }) => freedom > 0).map((figure) => variance(figure, dealsOf(figure)));
  const prior = variances.length === 0 ? 0 : PRIOR_FREEDOM * median(variances);
  const observed = ordered.map((figure) => statistic(figure, dealsOf(figure), 0, prior));
  const ascending = observed.map((_, i) => i).sort((a, b) => observed[a]! - observed[b]!);
  const largest = new Float64Array(count);
  const tested = new Array<Tested>(figures.length);
  for (const i of ascending) {
    const own = dealsOf(ordered[i]!);
    const reached = observed[i]! * (1 - ROUNDING);
    let [alone, among] = [0, 0];
    for (let at = 0; at < count; at++) {
      const t = statistic(ordered[i]!, own, at * slots.size, prior);
      if (t > largest[at]!) largest[at] = t;
      if (t >= reached) alone++;
      if (largest[at]! >= reached) among++;
    }
    tested[i] = { p: alone / count, adjustedP: among / count };
  }
  // A smaller difference is never surer than a larger one.
  let least = 0;
  for (const i of ascending.toReversed()) {
    least = Math.max(least, tested[i]!.adjustedP);
    tested[i]!.adjustedP = least;
  }
  return { tested, deals: { count, seed } };
}

/** Every round of the family has a slot; those of the baseline come first. */
interface Slots {
  baseline: Map<number, number>;
  candidate: Map<number, number>;
  size: number;
}

function slotsOf(figures: readonly Figure[]): Slots {
  const indices = (side: keyof Figure) =>
    [...new Set(figures.flatMap((figure) => figure[side].map(({ index }) => index)))].sort((a, b) => a - b);
  const baseline = new Map(indices('baseline').map((index, place) => [index, place]));
  const candidate = new Map(indices('candidate').map((index, place) => [index, baseline.size + place]));
  return { baseline, candidate, size: baseline.size + candidate.size };
}

/** Logarithms of the rounds in ascending order, around their mean, and which rounds these are. */
interface Ordered {
  logs: Float64Array;
  slots: Uint16Array;
  /** Rounds of the baseline, and of the candidate. */
  n: number;
  m: number;
  squares: number;
  freedom: number;
  /** Where the rounds of both sides are put in order: candidate, then baseline. Shared. */
  sides: Float64Array;
  /** Figures with the same rounds are dealt alike. */
  pattern: string;
}

function order({ baseline, candidate }: Figure, slots: Slots, sides: Float64Array): Ordered {
  const rounds = [
    ...baseline.map(({ index, value }) => ({ slot: slots.baseline.get(index)!, log: Math.log(value) })),
    ...candidate.map(({ index, value }) => ({ slot: slots.candidate.get(index)!, log: Math.log(value) })),
  ];
  const pattern = rounds.map(({ slot }) => slot).join();
  const mean = rounds.reduce((sum, { log }) => sum + log, 0) / rounds.length;
  rounds.sort((a, b) => a.log - b.log);
  const logs = Float64Array.from(rounds, ({ log }) => log - mean);
  return {
    logs,
    slots: Uint16Array.from(rounds, ({ slot }) => slot),
    n: baseline.length,
    m: candidate.length,
    squares: logs.reduce((sum, log) => sum + log * log, 0),
    freedom: rounds.length - 2,
    sides,
    pattern,
  };
}

/**
 * Which rounds are the baseline's in each deal, one deal after the other: the first of those that have a value, in an
 * order that all figures share.
 */
function dealOut({ slots, n }: Ordered, size: number, count: number, orders: Iterable<Uint16Array>): Uint8Array {
  const has = Array.from({ length: size }, (_, slot) => slots.includes(slot));
  const isBaseline = new Uint8Array(count * size);
  let from = 0;
  for (const order of orders) {
    let left = n;
    for (const slot of order) {
      if (has[slot] && left-- > 0) isBaseline[from + slot] = 1;
    }
    from += size;
  }
  return isBaseline;
}

/** Pooled within the sides as they were measured. */
function variance(figure: Ordered, deals: Uint8Array): number {
  const sum = figure.logs.reduce((all, log, place) => (deals[figure.slots[place]!] === 1 ? all + log : all), 0);
  return within(figure, sum) / figure.freedom;
}

/** Squares around the mean of each side, of which the sums of the logarithms are `sum` and −`sum`. */
function within({ squares, n, m }: Ordered, sum: number): number {
  return Math.max(0, squares - sum * sum * (1 / n + 1 / m));
}

/** |difference of the medians| ÷ deviation, in the deal that begins at `from`. Runs millions of times, so has no branch. */
function statistic(figure: Ordered, deals: Uint8Array, from: number, prior: number): number {
  const { logs, slots, n, m, sides } = figure;
  const half = sides.length >> 1;
  let sum = 0;
  let seen = 0;
  for (let place = 0; place < logs.length; place++) {
    const isBaseline = deals[from + slots[place]!]!;
    const log = logs[place]!;
    sum += isBaseline * log;
    sides[isBaseline * (half + seen) + (1 - isBaseline) * (place - seen)] = log;
    seen += isBaseline;
  }
  const deviation = Math.sqrt((prior + within(figure, sum)) / (PRIOR_FREEDOM + figure.freedom));
  const middles = sides[half + ((n - 1) >> 1)]! + sides[half + (n >> 1)]! - sides[(m - 1) >> 1]! - sides[m >> 1]!;
  return Math.abs(middles) / 2 / Math.max(RESOLUTION, deviation);
}
