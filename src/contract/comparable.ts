// Which stored results are worth comparing, before any figure is read: measured, on one machine, with cases in common. Pure.
import { machineDifference } from './machine.js';
import { okRounds, type ResultDocument } from './result.js';

/** Whether any round succeeded. A result without is never chosen unless it is named. */
export function hasSucceeded(document: ResultDocument): boolean {
  return measuredIds(document).size > 0;
}

export function isSameMachine(a: Pick<ResultDocument, 'machine'>, b: Pick<ResultDocument, 'machine'>): boolean {
  return machineDifference(a.machine, b.machine) === null;
}

/** Whether both measured a case of the same id on the same machine. */
export function shareCases(a: ResultDocument, b: ResultDocument): boolean {
  if (!isSameMachine(a, b)) return false;
  const ids = measuredIds(b);
  return [...measuredIds(a)].some((id) => ids.has(id));
}

/** Whether both were to measure the same: by the content of the suite, or case by case where its form has changed. */
export function haveSamePlan(a: ResultDocument, b: ResultDocument): boolean {
  if (a.suite.hash === b.suite.hash) return true;
  const [own, others] = [a, b].map(({ cases }) => cases.map(({ id }) => id).toSorted());
  return own!.join('\n') === others!.join('\n');
}

function measuredIds({ cases }: ResultDocument): Set<string> {
  return new Set(cases.filter((result) => okRounds(result).length > 0).map(({ id }) => id));
}
