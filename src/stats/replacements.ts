// Rounds that are run again, at the end, because the machine was too busy for them: condition C. Those stay in the document
// and are counted; the case gets as many rounds more as it lacks, up to a bound. Pure.
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { UntilPrecise } from '../contract/rounds.js';
import { gradeRound } from './grade.js';

const MOST_OF_A_CASE = 5;

/** In laps over the cases, lazily: a case that has enough rounds when its turn comes is passed over. */
export function* replacementRounds(
  { cases }: ResultDocument,
  rule: UntilPrecise,
  isOverBudget: () => boolean,
): Generator<{ result: CaseResult; round: number; again: true }> {
  let open = cases;
  for (let lap = 0; lap < mostExtra(rule); lap++) {
    const lacking: CaseResult[] = [];
    for (const result of open) {
      if (isOverBudget()) return;
      if (!lacksRounds(result, rule)) continue;
      lacking.push(result);
      yield { result, round: firstFree(result), again: true };
    }
    open = lacking;
  }
}

/** As many as were asked for, five at most. A case of a single round has no statistics to protect. */
function mostExtra({ minimum }: UntilPrecise): number {
  return minimum === 1 ? 0 : Math.min(minimum, MOST_OF_A_CASE);
}

/** Whether a case has had its rounds, but too few of them in a better condition than C. */
function lacksRounds(result: CaseResult, rule: UntilPrecise): boolean {
  const rounds = okRounds(result);
  const extra = rounds.length - rule.minimum;
  if (extra < 0 || extra >= mostExtra(rule)) return false;
  return rounds.filter((round) => gradeRound(round, rounds).grade !== 'C').length < rule.minimum;
}

function firstFree(result: CaseResult): number {
  const taken = new Set(okRounds(result).map(({ index }) => index));
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}
