// The clock that everything is timed with: its smallest step, and what one reading costs.
import type { Clock } from '../contract/machine.js';

const READINGS = 20_000;
const PASSES = 3;

export function measureClock(now: () => number = () => performance.now()): Clock {
  return { resolutionNs: smallestStepNs(now), overheadNs: readingNs(now) };
}

/** A coarse clock returns the same value many times before it steps. */
function smallestStepNs(now: () => number): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = now();
  for (let seen = 0; seen < READINGS; ) {
    const next = now();
    if (next <= last) continue;
    smallest = Math.min(smallest, next - last);
    // A few steps are enough for a clock of a millisecond; a fine one gets all readings.
    seen += next - last > 0.01 ? READINGS / 20 : 1;
    last = next;
  }
  return Math.max(1, Math.round(smallest * 1e6));
}

/** The quickest of a few passes, since interruptions only add time. */
function readingNs(now: () => number): number {
  const passes = Array.from({ length: PASSES }, () => {
    const started = now();
    for (let i = 1; i < READINGS; i++) now();
    return (now() - started) / READINGS;
  });
  return Math.max(1, Math.round(Math.min(...passes) * 1e6));
}
