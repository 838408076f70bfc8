// The tokens of two results side by side: whether a gain in speed came with another computation. Pure.
import type { MetricName } from '../contract/metric-names.js';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import type { CaseResult } from '../contract/result.js';
import type { OtherTokens, Outcome } from '../contract/views/compare.js';
import type { Parity, Work } from '../contract/views/figures.js';
import { METRICS } from './metrics.js';
import { isSound, parityOf } from './parity.js';

export interface Pair {
  before: CaseResult;
  after: CaseResult;
  /** To the prompt that every run is given; null where a side has none. */
  answers: { before: PromptAnswer | null; after: PromptAnswer | null };
  /** The user asked to compare other weights or another graph. */
  otherFiles: boolean;
}

/** Synthetic weights of two files are two draws of random numbers, whose tokens say nothing of each other. */
function areComparable({ before, after, otherFiles }: Pair): boolean {
  return !otherFiles || (before.key.weights === 'real' && after.key.weights === 'real');
}

/** Compared on the prompt that every run is given; null if a side has no answer to it, or if the two cannot be compared. */
export function parityAcross(pair: Pair): Parity | null {
  const { before, after, answers } = pair;
  if (answers.before === null || answers.after === null || !areComparable(pair)) return null;
  return parityOf({ answer: answers.before, result: before }, { answer: answers.after, result: after });
}

/** Speed is only better where the work was done, and the same: see docs/comparison.md, Parity. */
export function judgeSpeed(metric: MetricName, outcome: Outcome, pair: Pair, found: Found): Outcome {
  if (outcome !== 'better' || !METRICS[metric].isSpeed) return outcome;
  return isSameWork(pair, found) ? outcome : 'faster but different';
}

interface Found {
  otherTokens: OtherTokens | null;
  parity: Parity | null;
  work: Work | null;
}

/** What is timed is what is checked: the answer to the common prompt excuses no more than the rounding it shows. */
export function isSameWork(pair: Pair, found: Found): boolean {
  const areRoundsSame = found.otherTokens?.isExplained ?? true;
  return isSound(found) && (areRoundsSame || !areComparable(pair));
}
