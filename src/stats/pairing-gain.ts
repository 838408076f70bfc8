// What it saves to run rounds in pairs: how alike the rounds of a pair are, and how many rounds a change takes with pairs
// and without. Pure. The formulas: docs/comparison.md, "What pairing saves".
import type { PairingGain } from '../contract/views/pairs.js';
import { FEWEST_PAIRS } from './pairs.js';
import { valuesNeeded } from './power.js';
import { roundsNeeded } from './relabel.js';
import { student95 } from './summary.js';

/** The change that users ask about most often. */
const ASKED_EFFECT = 0.05;
const MOST_ROUNDS = 10_000;

/** `values` are logarithms, pair by pair; null below 6 pairs, and where nothing varies. */
export function pairingGain(values: readonly { baseline: number; candidate: number }[]): PairingGain | null {
  const n = values.length;
  if (n < FEWEST_PAIRS) return null;
  const sides = variance(values.map(({ baseline }) => baseline)) + variance(values.map(({ candidate }) => candidate));
  const differences = variance(values.map(({ baseline, candidate }) => candidate - baseline));
  if (sides === 0) return null;
  const paired = {
    error: (pairs: number) => Math.sqrt(differences / pairs),
    degrees: (pairs: number) => pairs - 1,
    fewest: FEWEST_PAIRS,
    most: MOST_ROUNDS,
  };
  const unpaired = {
    error: (rounds: number) => Math.sqrt(sides / rounds),
    degrees: (rounds: number) => 2 * rounds - 2,
    fewest: roundsNeeded(0.05),
    most: MOST_ROUNDS,
  };
  const halfWidth = ({ error, degrees }: typeof paired) => Math.expm1(student95(degrees(n)) * error(n));
  return {
    correlation: 1 - differences / sides,
    halfWidth: { paired: halfWidth(paired), unpaired: halfWidth(unpaired) },
    roundsFor5Percent: {
      paired: valuesNeeded(ASKED_EFFECT, paired),
      unpaired: valuesNeeded(ASKED_EFFECT, unpaired),
    },
  };
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
