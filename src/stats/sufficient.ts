// The rounds of a result that may be compared, with what was left out, and why. Pure.
import { okRounds, type ResultDocument } from '../contract/result.js';
import type { LeftOut } from '../contract/views/compare.js';
import type { Reason } from '../contract/views/rounds.js';
import type { Grade } from '../contract/vocabulary.js';
import { gradeRound, isSufficient } from './grade.js';

/**
 * The rounds that may be compared: those of a grade or better, and those without a grade, of documents from before
 * conditions were recorded. `ungraded` counts the latter.
 */
export function sufficientRounds(document: ResultDocument, atLeast: Grade) {
  const leftOut: LeftOut[] = [];
  let ungraded = 0;
  const cases = document.cases.map((result) => {
    const reasons: Reason[] = [];
    const peers = okRounds(result);
    const rounds = result.rounds.filter((round) => {
      if (round.status === 'failed') return true;
      const graded = gradeRound(round, peers);
      if (graded.grade === null) ungraded++;
      if (isSufficient(graded, atLeast)) return true;
      reasons.push(...graded.reasons.filter((reason) => !isSufficient(reason, atLeast)));
      return false;
    });
    const of = result.rounds.length;
    if (rounds.length < of) leftOut.push({ id: result.id, key: result.key, rounds: of - rounds.length, of, reasons });
    return { ...result, rounds };
  });
  return { document: { ...document, cases }, leftOut, ungraded };
}
