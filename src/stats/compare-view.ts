// The view of a comparison: its outcomes, what was left out of both sides and why, and what the two sides are. Pure.
import type { ResultDocument } from '../contract/result.js';
import type { CompareView, LeftOut, SideView } from '../contract/views/compare.js';
import type { Reason } from '../contract/views/rounds.js';
import { GRADES, type Grade } from '../contract/vocabulary.js';
import { type CompareOptions, compareResults } from './compare.js';
import { comparableEnergy, energySources } from './energy.js';
import { gradeRound } from './grade.js';
import { enginesOf } from './show.js';

export interface Side {
  document: ResultDocument;
  path: string;
}

export function compareView(
  baseline: Side,
  candidate: Side,
  { grade, ...options }: CompareOptions & { grade: Grade },
): CompareView {
  const before = sufficientRounds(baseline.document, grade);
  const after = sufficientRounds(candidate.document, grade);
  return {
    baseline: baseline.path,
    candidate: candidate.path,
    sides: { baseline: sideView(before), candidate: sideView(after) },
    grade,
    ...compareResults(before.document, after.document, options),
    leftOut: { baseline: before.leftOut, candidate: after.leftOut },
    energyNotCompared: energyNotCompared(baseline.document.cases, candidate.document.cases),
  };
}

/**
 * The rounds that may be compared: those of a grade or better, and those without a grade, of documents from before
 * conditions were recorded. `ungraded` counts the latter.
 */
export function sufficientRounds(document: ResultDocument, atLeast: Grade) {
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

function sideView({ document, ungraded }: ReturnType<typeof sufficientRounds>): SideView {
  const { startedAt, machine, tool } = document;
  return { startedAt, machine: machine.id, tool, engines: enginesOf(document), ungradedRounds: ungraded };
}

/** Figures of different sources are never compared. */
function energyNotCompared(
  baseline: ResultDocument['cases'],
  candidate: ResultDocument['cases'],
): CompareView['energyNotCompared'] {
  const byId = new Map(baseline.toReversed().map((result) => [result.id, result]));
  return candidate.flatMap((after) => {
    const before = byId.get(after.id);
    if (before === undefined || comparableEnergy(before, after)) return [];
    const [from, to] = [energySources(before), energySources(after)];
    return from.length === 0 || to.length === 0 ? [] : [{ id: after.id, baseline: from, candidate: to }];
  });
}
