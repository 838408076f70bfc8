// Every figure of one case, derived once from its samples. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import { type CaseResult, type OkRound, okRounds, type ResultDocument } from '../contract/result.js';
import { roundsRule } from '../contract/rounds.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling, SittingDrift } from '../contract/views/figures.js';
import type { RoundFigures } from '../contract/views/rounds.js';
import type { CaseView, PhaseShare } from '../contract/views/show.js';
import { trendHasEnded } from '../suite/warm-up.js';
import { ceilingShares } from './ceiling-share.js';
import { energyOf, joulesPerTokenInAll } from './energy.js';
import { precisionOf } from './enough.js';
import { engineWork } from './equal-work.js';
import { whyFarBelow } from './far-below.js';
import { wholeTime } from './fastest.js';
import { gradeRound, roundDrift } from './grade.js';
import { limitEffects } from './limit-effects.js';
import { kvMemory, memoryByPhase, peakMoment } from './memory-anatomy.js';
import { loopShare, metricFigures } from './metrics.js';
import { type Answers, parityInSuite, workOf } from './parity.js';
import { scaledOf } from './scaled.js';
import { lookFactor } from './stein.js';
import { medianOfKnown, widened } from './summary.js';
import { sustainedOf } from './sustained.js';
import { interTokenLatency, jitterMs, longestStall } from './token-gaps.js';

/** What is known of all cases together. */
interface Known {
  answers: Answers;
  sittingDrift: SittingDrift[];
}

export function caseView(document: ResultDocument, result: CaseResult, { answers, sittingDrift }: Known): CaseView {
  const rounds = okRounds(result);
  const whole = wholeTime(result);
  const { rounds: asked } = document.suite.content;
  const factor = lookFactor(roundsRule(asked));
  const metrics = metricsOf(result, factor);
  const shares = ceilingShares(document, result, (name) => metrics[name]?.median ?? null);
  const isImpossible = Object.values(shares).some((share) => share?.impossible === true);
  const loop = loopShare(result);
  const explained = (phase: PhaseWithCeiling, share: CeilingShare | null): PhaseShare | null =>
    share === null ? null : { ...share, farBelow: whyFarBelow(document, result, phase, share, loop) };
  const peakMemoryByPhase = memoryByPhase(result);
  const limits = result.rounds.flatMap((round) => round.limits ?? []);
  return {
    id: result.id,
    status: isImpossible ? 'impossible' : result.status === 'skipped' ? 'pending' : result.status,
    key: result.key,
    identity: result.identity,
    parameters: (result.checkpoint ?? result.foreignFile)?.parameters ?? null,
    checkpointBytes:
      result.checkpoint?.files.reduce((sum, file) => sum + file.bytes, 0) ?? result.foreignFile?.bytes ?? null,
    metrics,
    wholeMs:
      whole === null ? null : { median: whole.median, interval95: widened(whole.median, whole.interval, factor) },
    interTokenLatencyMs: interTokenLatency(result),
    jitterMs: jitterMs(result),
    sittingDrift,
    precision: precisionOf(result, asked),
    longestStall: longestStall(result),
    loopShare: loop,
    ofCeiling: { prefill: explained('prefill', shares.prefill), decode: explained('decode', shares.decode) },
    placement: result.placement ?? null,
    limits,
    limitEffects: limitEffects(result, limits),
    scaled: scaledOf(document, result, shares),
    parity: parityInSuite(answers, result),
    work: workOf(result, answers.of(result)),
    engineWork: engineWork(result, document.versions),
    peakMemoryByPhase,
    peakMoment: peakMoment(peakMemoryByPhase),
    kvMemory: kvMemory(result),
    joulesPerTokenInAll: medianOfKnown(rounds.map((round) => joulesPerTokenInAll(round)?.gross ?? null)),
    stillWarmingUp: document.suite.content.warmup === 'auto' ? stillWarmingUp(result) : 0,
    notCold: notCold(rounds),
    rounds: rounds.map((round) => roundFigures(round, rounds)),
    failures: failuresOf(result),
  };
}

export function failuresOf({ rounds, retried = [] }: CaseResult): CaseView['failures'] {
  return [...retried, ...rounds].flatMap((round, i) =>
    round.status === 'failed' ? [{ round: round.index, isRetried: i < retried.length, ...round.failure }] : [],
  );
}

function metricsOf(result: CaseResult, factor: number): CaseView['metrics'] {
  const figures = METRIC_NAMES.flatMap((name) => {
    const known = metricFigures(name, result);
    if (known === null) return [];
    return [[name, { ...known, interval95: widened(known.median, known.interval95, factor) }] as const];
  });
  return Object.fromEntries(figures);
}

function roundFigures(round: OkRound, peers: readonly OkRound[]): RoundFigures {
  return {
    index: round.index,
    drift: roundDrift(round, peers),
    ...gradeRound(round, peers),
    unknown: Object.keys(round.condition?.unknown ?? {}),
    energy: energyOf(round),
    sustained: sustainedOf(round),
  };
}

function stillWarmingUp(result: CaseResult): number {
  if (result.key.workload.kind !== 'generate') return 0;
  return okRounds(result).filter(({ iterations }) => {
    const passes = iterations.flatMap((pass) => ('tokenMs' in pass && pass.kind === 'warmup' ? [pass] : []));
    return !trendHasEnded(passes);
  }).length;
}

function notCold(rounds: readonly OkRound[]): CaseView['notCold'] {
  const reasons = rounds.flatMap(({ pageCache }) => (pageCache?.evicted === false ? [pageCache.reason] : []));
  return reasons.length === 0 ? null : { rounds: reasons.length, reason: `${reasons[0]}` };
}
