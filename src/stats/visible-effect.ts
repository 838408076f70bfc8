// How small a change the rounds at hand can show, and how many rounds it takes to show a given one. Pure.
// The power of max-T on normal rounds, tabled: docs/comparison.md, "Rounds needed".

import { PRIOR_FREEDOM } from './max-t.js';
import { roundsNeeded, smallestP } from './relabel.js';
import { median } from './summary.js';

const ALPHA = 0.05;
const NINE_IN_TEN = 1.2816;
const MOST_ROUNDS = 200;

/** Change that is shown nine times in ten, in deviations of a round: for each number of figures, by rounds a side. */
const ROUNDS = [4, 5, 6, 8, 10, 12, 16, 20, 30];
const FIGURES = [1, 4, 12, 40, 120];
const NEEDED = [
  [3.46, 2.55, 2.09, 1.82, 1.64, 1.49, 1.27, 1.22, 1],
  [3.54, 2.93, 2.63, 2.2, 2.02, 1.84, 1.61, 1.42, 1.2],
  [3.74, 3.36, 2.86, 2.51, 2.17, 2.05, 1.79, 1.56, 1.29],
  [4.1, 3.45, 3.02, 2.77, 2.48, 2.41, 2.04, 1.71, 1.48],
  [4.16, 3.95, 3.29, 2.95, 2.57, 2.39, 2.09, 1.85, 1.51],
];

interface Sides {
  /** Rounds of each side. */
  n: number;
  m: number;
  /** Deviation of a round, relative to the median; and the median one of all figures. */
  spread: number;
  familySpread: number;
  /** Figures of the comparison. */
  figures: number;
  /** Smaller changes are never reported. */
  minimumEffect: number;
  /** What p must not exceed. */
  alpha?: number;
}

/** The relative change that is shown nine times in ten; null where no change can be. */
export function visibleEffect({
  n,
  m,
  spread,
  familySpread,
  figures,
  minimumEffect,
  alpha = ALPHA,
}: Sides): number | null {
  if (smallestP(n, m) > alpha) return null;
  const rounds = (2 * n * m) / (n + m);
  const ofMedians = Math.sqrt(Math.PI / rounds);
  const freedom = n + m - 2;
  const drawn = Math.sqrt((PRIOR_FREEDOM * familySpread ** 2 + freedom * spread ** 2) / (PRIOR_FREEDOM + freedom));
  // The limit is made of all figures' spread, the chance of passing it of this one's.
  const passing = NINE_IN_TEN * ofMedians * spread;
  const limit = Math.max(0, needed(rounds, figures) - NINE_IN_TEN * ofMedians) * drawn;
  return Math.max(limit, minimumEffect) + passing;
}

/** From the table, straight between logarithms; beyond the last rounds, noise falls with their square root. */
function needed(rounds: number, figures: number): number {
  const ofRow = (row: readonly number[]) => {
    const most = ROUNDS.at(-1)!;
    return between(ROUNDS, row, Math.min(rounds, most)) * Math.sqrt(Math.min(1, most / rounds));
  };
  return between(FIGURES, NEEDED.map(ofRow), figures);
}

function between(places: readonly number[], values: readonly number[], at: number): number {
  const last = places.length - 2;
  const found = places.findLastIndex((place) => place <= at);
  const i = Math.min(Math.max(0, found), last);
  const share = Math.log(at / places[i]!) / Math.log(places[i + 1]! / places[i]!);
  return values[i]! + share * (values[i + 1]! - values[i]!);
}

/** Rounds a side; null where the effect is not above the minimum, or would take more than 200. */
export function roundsToSee(effect: number, sides: Omit<Sides, 'n' | 'm'>): number | null {
  if (effect <= sides.minimumEffect) return null;
  const isVisible = (n: number) => (visibleEffect({ ...sides, n, m: n }) ?? Number.POSITIVE_INFINITY) <= effect;
  let [enough, few] = [roundsNeeded(sides.alpha ?? ALPHA), 0];
  while (!isVisible(enough)) {
    if (enough >= MOST_ROUNDS) return null;
    few = enough;
    enough = Math.min(MOST_ROUNDS, 2 * enough);
  }
  while (enough - few > 1 && few > 0) {
    const middle = Math.floor((few + enough) / 2);
    if (isVisible(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

/** Standard deviation over median distance, for a normal distribution. */
const DEVIATION_PER_MAD = 1.4826;

/** Relative standard error of a deviation read off the median distance of n values, times √n. */
const ERROR_OF_MAD = 1.17;

/**
 * Pooled over both sides around their own medians, by the median distance: a round that stands apart does not hide what
 * the others show. A standard error is added: few rounds that happen to agree promise too much, and what stands apart
 * does widen the limit a little.
 * 0 where each side holds one round.
 */
export function relativeSpread(...sides: (readonly number[])[]): number {
  const distances = sides.flatMap((values) => {
    const middle = median(values);
    return values.map((value) => Math.abs(value / middle - 1));
  });
  const count = distances.length;
  // The medians were fitted to these very rounds, which makes the distances too small.
  const free = count - sides.length;
  if (free === 0) return 0;
  const error = ERROR_OF_MAD / Math.sqrt(count);
  return ((DEVIATION_PER_MAD * median(distances) * count) / free) * (1 + error);
}
