// The tokens of two results side by side: whether a gain in speed came with another computation. Pure.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import type { Outcome } from './judgement.js';
import type { MetricName } from './metrics.js';
import { answerOf, type Parity, parityOf } from './parity.js';

/** Faster at something else is not better. */
const SPEED: MetricName[] = ['prefillRate', 'decodeRate', 'ttftMs'];

export interface Pair {
  baseline: ResultDocument;
  before: CaseResult;
  candidate: ResultDocument;
  after: CaseResult;
  /** The user asked to compare other weights or another graph. */
  otherFiles: boolean;
}

/** Synthetic weights of two files are two draws of random numbers, whose tokens say nothing of each other. */
function areComparable({ before, after, otherFiles }: Pair): boolean {
  return !otherFiles || (before.key.weights === 'real' && after.key.weights === 'real');
}

/** Over the prompt that every run is given; null where a side has no answer to it, or the two cannot be compared. */
export function parityAcross(pair: Pair): Parity | null {
  const { baseline, before, candidate, after } = pair;
  const [a, b] = [answerOf(baseline.cases, before), answerOf(candidate.cases, after)];
  if (a === null || b === null || !areComparable(pair)) return null;
  return parityOf({ answer: a, result: before }, { answer: b, result: after });
}

/** The prompt that all are given decides, as it alone tells a near-tie; without it, `same` tokens of the rounds. */
export function judgeSpeed(
  metric: MetricName,
  outcome: Outcome,
  pair: Pair,
  same: boolean | null,
  parity: Parity | null,
): Outcome {
  if (outcome !== 'better' || !SPEED.includes(metric)) return outcome;
  const isDifferent = parity === null ? same === false && areComparable(pair) : parity.verdict === 'different';
  return isDifferent ? 'faster but different' : outcome;
}
