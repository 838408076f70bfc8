// What a comparison may say of each change: all its figures are judged together, so that a comparison of equals raises
// a false alarm in at most 5 of 100. Pure. The rule: docs/comparison.md.
import type { MetricName } from '../contract/metric-names.js';
import type { Comparison, MetricChange, Outcome } from '../contract/views/compare.js';
import { type LeastEffects, leastEffect } from './least-effect.js';
import { maxT, type RoundValue, type Tested } from './max-t.js';
import { METRICS } from './metrics.js';
import { roundsNeeded, smallestP } from './relabel.js';
import { limitOf, type Screened, screen } from './sitting-screen.js';
import type { Sittings } from './sittings.js';
import { median, summarize } from './summary.js';
import { relativeSpread, roundsToSee, visibleEffect } from './visible-effect.js';

const ALPHA = 0.05;
/** The change that users ask about most often. */
const ASKED_EFFECT = 0.05;
/** Standard errors between a limit and a change that passes it nine times in ten. */
const NINE_IN_TEN = 1.2816;

/** The rounds of both sides, and the sittings they come from; null for a single one. */
export interface Samples {
  metric: MetricName;
  baseline: readonly RoundValue[];
  candidate: readonly RoundValue[];
  sittings?: Sittings | null;
}

interface Tests {
  tested: Tested;
  spread: number;
  screened: Screened | null;
}

/**
 * `cases`: the figures of each case; the changes come in the same order. `comparisons`: how many are made with this baseline
 * at once. Each then has its share of the level (Bonferroni), so that all of them together raise a false alarm in 5 of 100.
 */
export function judge(
  cases: readonly (readonly Samples[])[],
  asked: LeastEffects = {},
  comparisons = 1,
): { changes: MetricChange[][] } & Pick<Comparison, 'roundsNeeded' | 'deals'> {
  const family = cases.flatMap((samples) => samples.filter((sample) => testedAs(sample, samples) === sample));
  const { tested, deals } = maxT(family);
  const spreads = family.map(({ baseline, candidate }) => relativeSpread(valuesOf(baseline), valuesOf(candidate)));
  const tests = new Map(
    family.map((sample, i): [Samples, Tests] => {
      const screened = sample.sittings ? screen(sample.sittings) : null;
      return [sample, { tested: tested[i]!, spread: spreads[i]!, screened }];
    }),
  );
  const alpha = ALPHA / comparisons;
  const noise = {
    alpha,
    figures: family.length * comparisons,
    familySpread: family.length === 0 ? 0 : median(spreads),
  };
  const screenedFigures = family.filter(({ sittings }) => sittings).length;
  const changeOf = (sample: Samples, samples: readonly Samples[]): MetricChange => {
    const counted = testedAs(sample, samples);
    const test = tests.get(counted)!;
    const limit = test.screened === null ? null : limitOf(test.screened, screenedFigures * comparisons);
    const least = leastEffect(sample.metric, asked);
    const sides = { ...noise, spread: test.spread, minimumEffect: least };
    const sizes = { n: sample.baseline.length, m: sample.candidate.length };
    const ofRounds = visibleEffect({ ...sides, ...sizes });
    const ofSittings = limit === null ? 0 : Math.expm1(limit + NINE_IN_TEN * test.screened!.standardError);
    return {
      metric: sample.metric,
      ...mediansOf(sample),
      sameAs: counted === sample ? null : counted.metric,
      p: test.tested.p,
      adjustedP: Math.min(1, test.tested.adjustedP * comparisons),
      outcome: outcomeOf(counted, test, limit, least, alpha),
      sittings: limit === null ? null : sittingsOf(counted, test.screened!, limit),
      visibleEffect: ofRounds === null ? null : Math.max(ofRounds, ofSittings),
      roundsToSee5Percent: ofSittings > ASKED_EFFECT ? null : roundsToSee(ASKED_EFFECT, sides),
    };
  };
  const changes = cases.map((samples) => samples.map((sample) => changeOf(sample, samples)));
  return { changes, roundsNeeded: roundsNeeded(alpha), deals };
}

/** The figure of the case under which this one is tested: itself, or the one that it is in another unit. */
function testedAs(sample: Samples, samples: readonly Samples[]): Samples {
  const same = METRICS[sample.metric].compared?.sameAs;
  return samples.find(({ metric }) => metric === same) ?? sample;
}

function outcomeOf(
  sample: Samples,
  { tested, screened }: Tests,
  limit: number | null,
  least: number,
  alpha: number,
): Outcome {
  const { change } = mediansOf(sample);
  if (tested.adjustedP > alpha || Math.abs(change) < least) {
    return smallestP(sample.baseline.length, sample.candidate.length) > alpha ? 'too few rounds' : 'not shown';
  }
  // The sittings must change in the same direction as the rounds.
  if (limit !== null && Math.sign(change) * screened!.difference <= limit) return 'within sitting spread';
  return change > 0 === (METRICS[sample.metric].better === 'higher') ? 'better' : 'worse';
}

function mediansOf(sample: Samples): Pick<MetricChange, 'baseline' | 'candidate' | 'change'> {
  const [baseline, candidate] = [summarize(valuesOf(sample.baseline))!, summarize(valuesOf(sample.candidate))!];
  return { baseline, candidate, change: candidate.median / baseline.median - 1 };
}

function sittingsOf({ sittings }: Samples, { difference, standardError }: Screened, limit: number) {
  const { baseline, candidate, isFromHistory } = sittings!;
  const [h, m] = [baseline.length, candidate.length];
  return {
    baseline: h,
    candidate: m,
    spread: standardError / Math.sqrt(1 / h + 1 / m),
    isFromHistory,
    change: Math.expm1(difference),
    limit: Math.expm1(limit),
  };
}

function valuesOf(rounds: readonly RoundValue[]): number[] {
  return rounds.map(({ value }) => value);
}
