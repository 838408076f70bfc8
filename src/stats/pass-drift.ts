// Drift inside a single pass. Later tokens are slower anyway, so each gap is held against the gap of the same place in the
// other rounds of the case; what is left is the machine. Theil–Sen slope of the block medians. Pure.
import type { OkRound } from '../contract/result.js';
import { gapsOf, timedPasses } from './metrics.js';
import { median } from './summary.js';

const BLOCKS = 16;
/** With fewer gaps, noise looks like drift. */
const FEWEST_GAPS = 2 * BLOCKS;
/** With fewer, one round that drifts moves the median that the others are held against. */
const FEWEST_OTHERS = 3;

/** Relative change of speed from the first token to the last, beyond what all rounds have; null where it cannot be told. */
export function passDrift(round: OkRound, peers: readonly OkRound[]): number | null {
  const own = gapsOfOnly(round);
  const others = peers.flatMap((peer) => (peer === round ? [] : [gapsOfOnly(peer)])).filter((gaps) => gaps !== null);
  if (own === null || own.length < FEWEST_GAPS || others.length < FEWEST_OTHERS) return null;
  const ratios = own.map((ms, place) => ms / median(others.map((gaps) => gaps[place]!)));
  const blocks = Array.from({ length: BLOCKS }, (_, i) => {
    const [from, to] = [i, i + 1].map((at) => Math.round((at * ratios.length) / BLOCKS));
    return { at: (from! + to! - 1) / 2, value: median(ratios.slice(from, to)) };
  });
  const slopes = blocks.flatMap((later, b) =>
    blocks.slice(0, b).map((earlier) => (later.value - earlier.value) / (later.at - earlier.at)),
  );
  const drift = (median(slopes) * (ratios.length - 1)) / median(ratios);
  return Number.isFinite(drift) ? drift : null;
}

/** The gaps of a round with a single pass. */
function gapsOfOnly(round: OkRound): number[] | null {
  const passes = timedPasses(round);
  return passes.length === 1 ? gapsOf(passes[0]!.tokenMs) : null;
}
