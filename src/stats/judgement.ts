// What a comparison may say of each change: all its tests are judged together, so that a comparison of equals raises
// a false alarm in at most 5 of 100. Pure. The rule: docs/metrics.md, "Comparison".
import type { MetricName } from '../contract/metric-names.js';
import type { MetricChange, Outcome } from '../contract/views/compare.js';
import { holm } from './holm.js';
import { mannWhitney, roundsNeeded, smallestP } from './mann-whitney.js';
import { METRICS } from './metrics.js';
import { summarize } from './summary.js';
import { relativeSpread, roundsToSee, visibleEffect } from './visible-effect.js';

const ALPHA = 0.05;
/** The change that users ask about most often. */
const ASKED_EFFECT = 0.05;

/** The rounds of both sides. */
export interface Samples {
  metric: MetricName;
  baseline: readonly number[];
  candidate: readonly number[];
}

/** Changes in the order of `samples`, and how many rounds a side it takes before any of them can be shown. */
export function judge(
  samples: readonly Samples[],
  minimumEffect?: number,
): { changes: MetricChange[]; roundsNeeded: number } {
  // The level that a test must reach if all others find nothing.
  const alpha = ALPHA / Math.max(1, samples.length);
  const pValues = samples.map(({ baseline, candidate }) => mannWhitney(baseline, candidate));
  const adjusted = holm(pValues);
  const changes = samples.map(({ metric, ...rounds }, i): MetricChange => {
    const [baseline, candidate] = [summarize(rounds.baseline)!, summarize(rounds.candidate)!];
    const [n, m] = [baseline.n, candidate.n];
    const least = minimumEffect ?? METRICS[metric].minimumEffect;
    const noise = { spread: relativeSpread(rounds.baseline, rounds.candidate), alpha, minimumEffect: least };
    const change = candidate.median / baseline.median - 1;
    let outcome: Outcome = 'not shown';
    if (adjusted[i]! <= ALPHA && Math.abs(change) >= least) {
      outcome = change > 0 === (METRICS[metric].better === 'higher') ? 'better' : 'worse';
    } else if (smallestP(n, m) > alpha) outcome = 'too few rounds';
    return {
      metric,
      baseline,
      candidate,
      change,
      p: pValues[i]!,
      adjustedP: adjusted[i]!,
      outcome,
      visibleEffect: visibleEffect({ n, m, ...noise }),
      roundsToSee5Percent: roundsToSee(ASKED_EFFECT, noise),
    };
  });
  return { changes, roundsNeeded: roundsNeeded(alpha) };
}
