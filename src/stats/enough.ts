// Which rounds a document still wants: until each case is known well enough, and no more. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { roundsRule, TARGET_METRICS, type UntilPrecise } from '../contract/rounds.js';
import { microSamples, passTimes, roundValues } from './metrics.js';
import { replacementRounds } from './replacements.js';
import { relativeHalfWidth, student95, summarize } from './summary.js';

export interface WantedRound {
  result: CaseResult;
  round: number;
  /** In place of one of condition C. */
  again?: true;
}

/**
 * Rounds are interleaved over cases, every other time backwards, so that a case does not always follow the same one, whose
 * memory the system may still be reclaiming. Lazy: a case that is precise enough when its turn comes is passed over.
 */
export function* wantedRounds(document: ResultDocument, isOverBudget: () => boolean): Generator<WantedRound> {
  const rule = roundsRule(document.suite.content.rounds);
  for (let round = 0; round < rule.maximum; round++) {
    for (const result of round % 2 === 0 ? document.cases : document.cases.toReversed()) {
      if (okRounds(result).some((done) => done.index === round)) continue;
      if (round < rule.minimum || (!isEnough(result, rule) && !isOverBudget())) yield { result, round };
    }
  }
  yield* replacementRounds(document, rule, isOverBudget);
}

/** Cases of which at least one round is wanted; failed ones are tried again. */
export function wantedCases(document: ResultDocument): CaseResult[] {
  const wanted = new Set([...wantedRounds(document, () => false)].map(({ result }) => result));
  return document.cases.filter((result) => wanted.has(result));
}

export function isEnough(result: CaseResult, rule: UntilPrecise): boolean {
  if (timedSeconds(result) < rule.minimumSeconds) return false;
  const half = halfWidth(result, rule);
  return half !== null && half.ratio <= rule.halfWidthPercent / 100;
}

/** Half width of the interval of the requested metric, or of the first that the case has; null with fewer than two rounds. */
function halfWidth(result: CaseResult, { metric }: UntilPrecise): { ratio: number; n: number } | null {
  const values = [metric, ...TARGET_METRICS].map((name) => roundValues(name, result)).find((list) => list.length > 0);
  const summary = values === undefined ? null : summarize(values);
  if (summary === null || summary.interval === null) return null;
  return { ratio: relativeHalfWidth(summary), n: summary.n };
}

/** How many rounds a case will need in all, judging by its rounds so far. */
export function expectedRounds(result: CaseResult, rule: UntilPrecise): number {
  const half = halfWidth(result, rule);
  if (half === null) return rule.minimum;
  const narrow = (n: number) => (student95(n - 1) / student95(half.n - 1)) * Math.sqrt(half.n / n);
  let n = Math.max(rule.minimum, half.n);
  while (n < rule.maximum && half.ratio * narrow(n) > rule.halfWidthPercent / 100) n++;
  const seconds = timedSeconds(result) / half.n;
  return Math.min(rule.maximum, Math.max(n, seconds > 0 ? Math.ceil(rule.minimumSeconds / seconds) : 0));
}

function timedSeconds(result: CaseResult): number {
  const passes = okRounds(result).flatMap((round) => [...passTimes(round), ...microSamples(round)]);
  return passes.reduce((sum, ms) => sum + ms, 0) / 1000;
}
