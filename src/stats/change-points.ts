// Where the level of a series moved, by how much, and at which of its points that may have been. Pure. The method, and how
// often it is right: docs/history.md.
import { bestStarts, type Levels, levelsOf } from './segmentation.js';
import { clipped, noiseOf, type SeriesPoint, weightsOf } from './series-noise.js';
import { student95 } from './summary.js';

/** With fewer points nothing is said. */
export const FEWEST_POINTS = 6;
const FEWEST_IN_LEVEL = 3;
const PRICE = 4;
const INSIDE = 0.95;

interface Range {
  low: number;
  high: number;
}

export interface Level {
  /** The first point of it, and the one behind the last. */
  start: number;
  end: number;
  value: number;
  interval: Range;
}

export interface Step {
  /** The first point of the new level, where this is most likely. */
  at: number;
  /** New level ÷ old level − 1, with its 95 % interval. */
  change: number;
  interval: Range;
  /** Points of which one is the first of the new level with a probability of 95 %. */
  positions: number[];
}

export interface Course {
  /** Relative standard deviation of a point. */
  deviation: number;
  levels: Level[];
  steps: Step[];
}

interface Options {
  /** The relative deviation of a point that is assumed before any is seen. */
  prior?: number;
  /** Steps that are smaller are left out. */
  least?: number;
}

/** null below FEWEST_POINTS. */
export function changePoints(
  points: readonly SeriesPoint[],
  { prior = 0.02, least = 0.03 }: Options = {},
): Course | null {
  if (points.length < FEWEST_POINTS) return null;
  const logs = points.map(({ log }) => log);
  const { deviation, freedom } = noiseOf(logs, prior);
  const weights = weightsOf(points, deviation).map((weight) => weight / deviation ** 2);
  const levels = levelsOf(clipped(logs, deviation), weights);
  const found = bestStarts(levels, { price: PRICE * Math.log(points.length), fewest: FEWEST_IN_LEVEL });
  const bounds = [...withoutSmall(levels, found, least), points.length];
  const critical = student95(freedom);
  const around = (log: number, variance: number): Range => ({
    low: Math.exp(log - critical * Math.sqrt(variance)),
    high: Math.exp(log + critical * Math.sqrt(variance)),
  });
  return {
    deviation,
    levels: bounds.slice(0, -1).map((start, i) => {
      const end = bounds[i + 1]!;
      const log = levels.mean(start, end);
      return { start, end, value: Math.exp(log), interval: around(log, 1 / levels.weight(start, end)) };
    }),
    steps: bounds.slice(1, -1).map((at, i) => {
      const [start, end] = [bounds[i]!, bounds[i + 2]!];
      const log = levels.mean(at, end) - levels.mean(start, at);
      const { low, high } = around(log, 1 / levels.weight(start, at) + 1 / levels.weight(at, end));
      return {
        at,
        change: Math.expm1(log),
        interval: { low: low - 1, high: high - 1 },
        positions: likelyPositions(levels, start, end),
      };
    }),
  };
}

/** The smallest first, since the levels beside it change when it goes. */
function withoutSmall(levels: Levels, starts: readonly number[], least: number): number[] {
  const sizes = starts.slice(1).map((at, i) => {
    const end = starts[i + 2] ?? levels.count;
    return Math.abs(Math.expm1(levels.mean(at, end) - levels.mean(starts[i]!, at)));
  });
  const smallest = sizes.indexOf(Math.min(...sizes));
  if (smallest < 0 || sizes[smallest]! >= least) return [...starts];
  return withoutSmall(levels, starts.toSpliced(smallest + 1, 1), least);
}

/** The fewest points between `start` and `end` that hold 95 % of the probability, which falls as e^(−cost/2). */
function likelyPositions({ cost }: Levels, start: number, end: number): number[] {
  const places = Array.from({ length: end - start - 1 }, (_, i) => {
    const at = start + 1 + i;
    return { at, cost: cost(start, at) + cost(at, end) };
  });
  places.sort((a, b) => a.cost - b.cost);
  const chances = places.map((place) => Math.exp((places[0]!.cost - place.cost) / 2));
  const all = chances.reduce((sum, chance) => sum + chance, 0);
  let inside = 0;
  const kept = places.filter((_, i) => {
    const isKept = inside < INSIDE * all;
    inside += chances[i]!;
    return isKept;
  });
  return kept.map(({ at }) => at).sort((a, b) => a - b);
}
