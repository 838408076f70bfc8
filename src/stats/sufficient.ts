// Which rounds of a document may be compared: those of a grade or better. What is left out is counted, with why. Pure.
// Rounds without a condition (of documents from before it was recorded) are used.
import { GRADES, type Grade } from '../contract/grades.js';
import type { ResultDocument } from '../contract/result.js';
import type { LeftOut } from '../contract/views/compare.js';
import type { Reason } from '../contract/views/rounds.js';
import { gradeRound } from './grade.js';

export interface Sufficient {
  document: ResultDocument;
  leftOut: LeftOut[];
  /** Rounds that are used without a grade. */
  ungraded: number;
}

export function sufficientRounds(document: ResultDocument, atLeast: Grade): Sufficient {
  const isEnough = (grade: Grade) => GRADES.indexOf(grade) <= GRADES.indexOf(atLeast);
  const leftOut: LeftOut[] = [];
  let ungraded = 0;
  const cases = document.cases.map((result) => {
    const reasons: Reason[] = [];
    const rounds = result.rounds.filter((round) => {
      if (round.status === 'failed') return true;
      const graded = gradeRound(round);
      if (graded.grade === null) ungraded++;
      if (graded.grade === null || isEnough(graded.grade)) return true;
      reasons.push(...graded.reasons.filter(({ grade }) => !isEnough(grade)));
      return false;
    });
    const of = result.rounds.length;
    if (rounds.length < of) leftOut.push({ id: result.id, rounds: of - rounds.length, of, reasons });
    return { ...result, rounds };
  });
  return { document: { ...document, cases }, leftOut, ungraded };
}
