// The view of paired rounds: two documents of one sitting, figure by figure. Pair i is round i of both. Pure.
import type { MetricName } from '../contract/metric-names.js';
import { type CaseResult, okRounds } from '../contract/result.js';
import type { DroppedPairs, PairedFigure, PairedTokens, PairsView } from '../contract/views/pairs.js';
import type { Grade } from '../contract/vocabulary.js';
import type { Side } from './compare-view.js';
import { comparableEnergy } from './energy.js';
import { gradeRound, isSufficient } from './grade.js';
import { askedEffect } from './least-effect.js';
import { COMPARED_METRICS, METRICS } from './metrics.js';
import { pairedTokens } from './paired-tokens.js';
import type { CasePair } from './pairing.js';
import { pairingGain } from './pairing-gain.js';
import { hodgesLehmann, nonInferiority, signFlipMaxT } from './pairs.js';
import { sideDifferences } from './side-differences.js';
import { median } from './summary.js';

const ALPHA = 0.05;
/** A slowdown that is tolerated unless told otherwise; some metrics matter only from a larger change on. */
const MARGIN = 0.05;

export interface PairsOptions {
  grade: Grade;
  /** Replaces the margin of every metric. */
  minimumEffect?: number;
  /** Which figures of a case of the candidate are judged; by default all that are compared. */
  isWanted?: (id: string, metric: MetricName) => boolean;
}

/** Case i of the baseline belongs to case i of the candidate. */
export function pairsView(baseline: Side, candidate: Side, options: PairsOptions): PairsView {
  const { grade, minimumEffect, isWanted = () => true } = options;
  const asked = { minimumEffect, thresholds: candidate.document.suite.content.thresholds };
  const cases = candidate.document.cases.map((after, at) => ({ before: baseline.document.cases[at]!, after }));
  const series = cases.flatMap(({ before, after }) =>
    COMPARED_METRICS.filter((metric) => METRICS[metric].compared!.sameAs === undefined && isWanted(after.id, metric))
      .filter((metric) => comparableEnergy(before, after) || !METRICS[metric].compared!.sameEnergySource)
      .map((metric) => ({ before, after, metric, values: pairedValues(metric, before, after, grade) }))
      .filter(({ values }) => values.some((pair) => pair !== null) || options.isWanted !== undefined),
  );
  const differences = series.map(({ values }) =>
    values.map((pair) => (pair === null ? null : Math.log(pair.candidate / pair.baseline))),
  );
  const tokens = pairedTokens({ baseline: baseline.document, candidate: candidate.document });
  const adjusted = signFlipMaxT(differences);
  const failed = new Set(cases.filter(hasNewFailures).map(({ after }) => after.id));
  return {
    baseline: baseline.path,
    candidate: candidate.path,
    sitting: candidate.document.sitting ?? '',
    differences: sideDifferences(baseline.document, candidate.document),
    grade,
    figures: series.map(({ before, after, metric, values }, i) =>
      figureOf({ before, after }, metric, values, {
        margin: askedEffect(metric, asked) ?? Math.max(MARGIN, METRICS[metric].minimumEffect),
        adjustedP: adjusted[i]!,
        hasNewFailures: failed.has(after.id),
      }),
    ),
    dropped: cases.flatMap(({ before, after }) => droppedOf(before, after, grade)),
    tokens,
    otherTokens: tokens.filter(isFault).map(({ id }) => id),
  };
}

/** Other files may compute other things, but not less than they were asked to. */
function isFault({ isSame, otherFiles, work }: PairedTokens): boolean {
  return !isSame && (!otherFiles || work?.proven === false);
}

interface PairOfValues {
  baseline: number;
  candidate: number;
}

/** By pair; null where a round failed, is of a worse grade, or has no value above 0. */
function pairedValues(metric: MetricName, before: CaseResult, after: CaseResult, grade: Grade) {
  const [a, b] = [before, after].map((result) => {
    const usable = okRounds(result).filter((round, _, peers) => isSufficient(gradeRound(round, peers), grade));
    return new Map(usable.map((round) => [round.index, METRICS[metric].ofRound(round, result)]));
  });
  const last = Math.max(-1, ...[...before.rounds, ...after.rounds].map(({ index }) => index));
  return Array.from({ length: last + 1 }, (_, index): PairOfValues | null => {
    const [baseline, candidate] = [a!.get(index) ?? null, b!.get(index) ?? null];
    // A ratio needs two values above 0; energy with the idle machine subtracted may be below.
    return baseline !== null && candidate !== null && baseline > 0 && candidate > 0 ? { baseline, candidate } : null;
  });
}

function figureOf(
  { before, after: { id, key } }: CasePair,
  metric: MetricName,
  values: readonly (PairOfValues | null)[],
  { margin, adjustedP, hasNewFailures }: { margin: number; adjustedP: number; hasNewFailures: boolean },
): PairedFigure {
  const known = values.filter((pair) => pair !== null);
  const of = (side: keyof PairOfValues) => (known.length === 0 ? null : median(known.map((pair) => pair[side])));
  const found = hodgesLehmann(known.map((pair) => Math.log(pair.candidate / pair.baseline)));
  const limits = (pick: 'twoSided' | 'oneSided') =>
    found && {
      estimate: Math.expm1(found.estimate),
      lower: Math.expm1(found[pick][0]),
      upper: Math.expm1(found[pick][1]),
    };
  const oneSided = limits('oneSided');
  const slowdown =
    oneSided !== null && METRICS[metric].better === 'higher'
      ? { estimate: -oneSided.estimate, lower: -oneSided.upper, upper: -oneSided.lower }
      : oneSided;
  const verdict = slowdown === null ? 'not shown' : nonInferiority({ ...slowdown, margin });
  // A slowdown of one of many figures must stand out among all; a candidate that fails more often never passes.
  const isShown = verdict === 'worse' ? adjustedP <= ALPHA : verdict === 'pass' && !hasNewFailures;
  return {
    ...{ id, key, partner: before.id, partnerKey: before.key, metric },
    ...{ baseline: of('baseline'), candidate: of('candidate'), pairs: known.length },
    ...{ change: limits('twoSided'), slowdown, margin, adjustedP },
    outcome: isShown ? verdict : 'not shown',
    pairing: pairingGain(
      known.map((pair) => ({ baseline: Math.log(pair.baseline), candidate: Math.log(pair.candidate) })),
    ),
  };
}

function failuresOf(result: CaseResult) {
  return result.rounds.flatMap((round) => (round.status === 'failed' ? [round.failure] : []));
}

function hasNewFailures({ before, after }: CasePair): boolean {
  return failuresOf(after).length > failuresOf(before).length;
}

function droppedOf(before: CaseResult, after: CaseResult, grade: Grade): DroppedPairs[] {
  const [a, b] = [failuresOf(before), failuresOf(after)];
  const insufficient = [before, after].flatMap((result) =>
    okRounds(result).filter((round, _, peers) => !isSufficient(gradeRound(round, peers), grade)),
  );
  const pairs = new Set(insufficient.map(({ index }) => index)).size;
  if (a.length + b.length + pairs === 0) return [];
  const { id, key } = after;
  const firstFailure = (b[0] ?? a[0])?.message ?? null;
  return [{ id, key, baselineFailed: a.length, candidateFailed: b.length, grade: pairs, firstFailure }];
}
