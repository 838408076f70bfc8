// The view of a comparison: its outcomes, what was left out of both sides and why, and what the two sides are. Pure.
import type { Grade } from '../contract/grades.js';
import type { ResultDocument } from '../contract/result.js';
import type { CompareView, SideView } from '../contract/views/compare.js';
import { type CompareOptions, compareResults } from './compare.js';
import { comparableEnergy, energySources } from './energy.js';
import { enginesOf } from './engines.js';
import { type Sufficient, sufficientRounds } from './sufficient.js';

export interface Side {
  document: ResultDocument;
  path: string;
}

/** Only rounds of `grade` or better are compared. */
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

function sideView({ document, ungraded }: Sufficient): SideView {
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
