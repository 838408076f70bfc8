// Drift: did the speed change while a round ran? Theil–Sen slopes (Theil 1950, Sen 1968), which one slow step does not
// move. Tokens are compared with the token of the same place in another iteration: later ones are slower anyway. Pure.
import type { OkRound } from '../contract/result.js';
import { gapsOf, microSamples, timedPasses } from './metrics.js';
import { median } from './summary.js';

/** A micro workload may have thousands of samples; this many block medians show the same trend. */
const BLOCKS = 16;

/** Relative change of the time per token from the first timed iteration to the last; null for a single one. */
export function driftOf(round: OkRound): number | null {
  const times = seriesOf(round);
  if (times.length < 2) return null;
  const slopes = times.flatMap((later, b) =>
    times.slice(0, b).flatMap((earlier, a) => earlier.map((ms, place) => (later[place]! - ms) / (b - a))),
  );
  const typical = median(times.flat());
  return typical > 0 ? (median(slopes) * (times.length - 1)) / typical : null;
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
