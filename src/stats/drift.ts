// Drift: did the speed change while a round ran? Theil–Sen slopes (Theil 1950, Sen 1968), which one slow step does not
// move. Tokens are compared with the token of the same place in another iteration: later ones are slower anyway. Pure.
import type { OkRound } from '../contract/result.js';
import { gapsOf, microSamples, timedPasses } from './metrics.js';
import { median } from './summary.js';

/** A micro workload may have thousands of samples; this many block medians show the same trend. */
const BLOCKS = 16;

/** The most slopes that are sorted: an hour of passes would have hundreds of millions. */
const MOST_SLOPES = 1 << 17;

/** Relative change of the time per token from the first timed iteration to the last; null for a single one. */
export function driftOf(round: OkRound): number | null {
  const times = seriesOf(round);
  if (times.length < 2) return null;
  const points = thinned(times);
  const slopes = points.flatMap((later, b) =>
    points
      .slice(0, b)
      .flatMap((earlier) => earlier.ms.map((ms, place) => (later.ms[place]! - ms) / (later.at - earlier.at))),
  );
  const typical = median(times.flat());
  return typical > 0 ? (median(slopes) * (times.length - 1)) / typical : null;
}

interface Point {
  /** The iteration; of a block of several, their middle. */
  at: number;
  ms: readonly number[];
}

/** The iterations themselves or, where their pairs would be too many, the medians of equally long blocks of them. */
function thinned(times: readonly number[][]): Point[] {
  const places = times[0]!.length;
  const most = Math.max(2, Math.floor(Math.sqrt((2 * MOST_SLOPES) / places)));
  const size = Math.ceil(times.length / most);
  return Array.from({ length: Math.ceil(times.length / size) }, (_, i) => {
    const block = times.slice(i * size, (i + 1) * size);
    const ms = block.length === 1 ? block[0]! : block[0]!.map((_, place) => median(block.map((pass) => pass[place]!)));
    return { at: i * size + (block.length - 1) / 2, ms };
  });
}

/** One list for each iteration, all of the same length: the gaps between tokens, or the time to the only token. */
function seriesOf(round: OkRound): number[][] {
  const passes = timedPasses(round);
  if (passes.length > 0) return passes.map(({ tokenMs }) => (tokenMs.length < 2 ? tokenMs : gapsOf(tokenMs)));
  const samples = microSamples(round);
  const size = Math.max(1, Math.floor(samples.length / BLOCKS));
  return Array.from({ length: Math.min(BLOCKS, samples.length) }, (_, i) => [
    median(samples.slice(i * size, (i + 1) * size)),
  ]);
}
