// Which rounds a document still wants: as many as each case was planned to need, and no more. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import { type Rounds, roundsRule, TARGET_METRICS, type UntilPrecise } from '../contract/rounds.js';
import type { Precision } from '../contract/views/show.js';
import { microSamples, passTimes, roundValues } from './metrics.js';
import { replacementRounds } from './replacements.js';
import { lookFactor, PLANNED_FROM, roundsFor, steinRounds } from './stein.js';
import { relativeHalfWidth, summarize } from './summary.js';

export interface WantedRound {
  result: CaseResult;
  round: number;
  /** In place of one of condition C. */
  again?: true;
}

/**
 * Rounds are interleaved over cases, every other time backwards, so that a case does not always follow the same one, whose
 * memory the system may still be reclaiming. Lazy: a case that has enough rounds when its turn comes is passed over.
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

/** Whether it has the rounds that were planned from its first ones, and was timed for long enough. */
export function isEnough(result: CaseResult, rule: UntilPrecise): boolean {
  if (timedSeconds(result) < rule.minimumSeconds) return false;
  const { values } = targetValues(result, rule);
  return values.length >= planningRounds(rule) && values.length >= plannedRounds(values, rule);
}

/** How many rounds a case will need in all, judging by its first rounds. */
export function expectedRounds(result: CaseResult, rule: UntilPrecise): number {
  const { values } = targetValues(result, rule);
  if (values.length < 2) return rule.minimum;
  const seconds = timedSeconds(result) / values.length;
  const forTime = seconds > 0 ? Math.ceil(rule.minimumSeconds / seconds) : 0;
  return Math.min(rule.maximum, Math.max(plannedRounds(values, rule), forTime));
}

/** What a case reached of its target; null where no target was set, or fewer than two rounds were measured. */
export function precisionOf(result: CaseResult, rounds: Rounds): Precision | null {
  const rule = roundsRule(rounds);
  const { metric, values } = targetValues(result, rule);
  const summary = summarize(values);
  if (typeof rounds === 'number' || summary === null || summary.interval === null) return null;
  const halfWidth = relativeHalfWidth(summary) * lookFactor(rule);
  const target = rule.halfWidthPercent / 100;
  return {
    metric,
    rounds: summary.n,
    planned: plannedRounds(values, rule),
    budgetSeconds: rule.budgetSeconds,
    halfWidth,
    target,
    wouldTake: halfWidth <= target ? null : roundsFor(target, { n: summary.n, half: halfWidth }),
  };
}

function planningRounds({ minimum }: UntilPrecise): number {
  return Math.max(2, Math.min(minimum, PLANNED_FROM));
}

/** Planned once: only the first rounds count, whatever came later. */
function plannedRounds(values: readonly number[], rule: UntilPrecise): number {
  const first = values.slice(0, planningRounds(rule));
  const planned = steinRounds(first, rule.halfWidthPercent / 100 / lookFactor(rule));
  return Math.min(rule.maximum, Math.max(rule.minimum, planned));
}

/** The values of the requested metric, or of the first that the case has. */
function targetValues(result: CaseResult, { metric }: UntilPrecise) {
  const known = [metric, ...TARGET_METRICS].map((name) => ({ metric: name, values: roundValues(name, result) }));
  return known.find(({ values }) => values.length > 0) ?? { metric, values: [] };
}

function timedSeconds(result: CaseResult): number {
  const passes = okRounds(result).flatMap((round) => [...passTimes(round), ...microSamples(round)]);
  return passes.reduce((sum, ms) => sum + ms, 0) / 1000;
}
