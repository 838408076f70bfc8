// Lines about rounds that a reader should know of: standing apart, still warming up, stalled, not cold after all. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { METRICS, type MetricName, roundsApart, summarizeMetric } from '../stats/metrics.js';
import { longestStall } from '../stats/token-gaps.js';
import { MOST_WARM_UP_PASSES, trendHasEnded } from '../suite/warm-up.js';
import { duration, number, plural, unitLabel } from './format.js';
import { caseLabel, labelsOf } from './labels.js';

const WATCHED: MetricName[] = ['prefillRate', 'decodeRate', 'microMs'];
/** A gap that a reader of the text would notice. */
const LONG_STALL = 5;

export function roundNotes({ cases, suite }: ResultDocument): string[] {
  const labels = labelsOf(cases);
  return cases.flatMap((result) => {
    const name = caseLabel(labels, result);
    const notes = [...apart(result), ...stall(result), ...warming(result, suite.content.warmup), ...notCold(result)];
    return notes.map((note) => (cases.length === 1 ? note : `${name}: ${note}`));
  });
}

function apart(result: CaseResult): string[] {
  return WATCHED.flatMap((name) => {
    const metric = METRICS[name];
    const middle = summarizeMetric(name, result)?.median ?? 0;
    return roundsApart(name, result).flatMap((index) => {
      const round = okRounds(result).find((known) => known.index === index)!;
      const value = metric.ofRound(round, result)!;
      if (Math.abs(value / middle - 1) < metric.minimumEffect) return [];
      return [
        `Round ${index + 1} stands apart: ${metric.title} ${number(value)} ${unitLabel(metric)}, median ${number(middle)}. It is kept.`,
      ];
    });
  });
}

function stall(result: CaseResult): string[] {
  const longest = longestStall(result);
  if (longest === null || longest.ratio < LONG_STALL) return [];
  const { ms, ratio, token, round } = longest;
  return [`Longest stall: ${duration(ms)} before token ${token} of round ${round + 1}, ${number(ratio)} median gaps.`];
}

function warming(result: CaseResult, warmup: ResultDocument['suite']['content']['warmup']): string[] {
  if (warmup !== 'auto' || result.key.workload.kind !== 'generate') return [];
  const rounds = okRounds(result).filter(
    (round) =>
      !trendHasEnded(round.iterations.flatMap((pass) => ('tokenMs' in pass && pass.kind === 'warmup' ? [pass] : []))),
  );
  if (rounds.length === 0) return [];
  return [
    `Warm-up had not ended after ${MOST_WARM_UP_PASSES} passes in ${plural(rounds.length, 'round')}: the passes still got faster.`,
  ];
}

function notCold(result: CaseResult): string[] {
  const refused = okRounds(result).flatMap(({ pageCache }) => (pageCache?.evicted === false ? [pageCache.reason] : []));
  if (refused.length === 0) return [];
  return [`No cold start in ${plural(refused.length, 'round')}: ${refused[0]}.`];
}
