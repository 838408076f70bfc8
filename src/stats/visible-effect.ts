// How small a change a comparison can see with the rounds at hand, and how many rounds it takes to see a given one. Pure.
// The power of the Mann–Whitney test is simulated on normal rounds, seeded: the same rounds give the same answer.
import { criticalU, roundsNeeded } from './mann-whitney.js';
import { standardNormal, uniform } from './random.js';
import { median } from './summary.js';

/** Share of comparisons in which a true change is shown. */
const POWER = 0.9;
const SIMULATED = 1000;
const MOST_SIMULATED = 20;
const MOST_ROUNDS = 200;

interface Sides {
  /** Rounds of each side. */
  n: number;
  m: number;
  /** Standard deviation of a round, relative to the median. */
  spread: number;
  /** Level of the single test. */
  alpha: number;
  /** Smaller changes are never reported. */
  minimumEffect: number;
}

/** The relative change that is shown nine times in ten; null where no change can be. */
export function visibleEffect({ n, m, spread, alpha, minimumEffect }: Sides): number | null {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const trials = trialsOf(Math.min(few, MOST_SIMULATED), Math.min(many, MOST_SIMULATED), alpha);
  if (trials === null) return null;
  if (spread === 0) return minimumEffect;
  // Beyond what is simulated, noise falls with the square root of the rounds.
  const scale = few > MOST_SIMULATED ? Math.sqrt((MOST_SIMULATED * (1 / n + 1 / m)) / 2) : 1;
  const needed = Float64Array.from(trials, ({ significant, medians }) =>
    Math.max(significant * scale * spread, minimumEffect - medians * scale * spread),
  );
  return needed.sort()[Math.ceil(POWER * SIMULATED) - 1]!;
}

/** Rounds a side; null where the effect is not above the minimum, or would take more than 200. */
export function roundsToSee(effect: number, sides: Omit<Sides, 'n' | 'm'>): number | null {
  if (effect <= sides.minimumEffect) return null;
  const isVisible = (n: number) => (visibleEffect({ ...sides, n, m: n }) ?? Number.POSITIVE_INFINITY) <= effect;
  let [enough, few] = [roundsNeeded(sides.alpha), 0];
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
 * the ranks of the others show. Half a standard error is added: few rounds that happen to agree promise too much.
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
  return ((DEVIATION_PER_MAD * median(distances) * count) / free) * (1 + error / 2);
}

/** One pair of simulated samples without a true change, in standard deviations of a round. */
interface Trial {
  /** The shift from which the test finds the candidate greater. */
  significant: number;
  /** Difference of the medians without a shift. */
  medians: number;
}

const known = new Map<string, Trial[] | null>();

function trialsOf(n: number, m: number, alpha: number): Trial[] | null {
  const key = `${n} ${m} ${alpha}`;
  if (!known.has(key)) known.set(key, simulate(n, m, criticalU(n, m, alpha)));
  return known.get(key)!;
}

/** A shift makes the candidate greater in every pair that differs by less, so the critical shift is an ordered difference. */
function simulate(n: number, m: number, critical: number | null): Trial[] | null {
  if (critical === null) return null;
  const next = uniform(1);
  const draw = () => standardNormal(next);
  return Array.from({ length: SIMULATED }, () => {
    const [a, b] = [n, m].map((size) => Array.from({ length: size }, draw)) as [number[], number[]];
    const differences = Float64Array.from(a.flatMap((x) => b.map((y) => x - y))).sort();
    return { significant: differences[critical - 1]!, medians: median(b) - median(a) };
  });
}
