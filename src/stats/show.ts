// The view of a whole result: each case derived once, then what holds for all of them together. Pure.
import type { ResultDocument } from '../contract/result.js';
import { RUNTIMES } from '../contract/runtimes.js';
import type { CaseView, ShowView } from '../contract/views/show.js';
import { caseView } from './case-view.js';
import { energySources, idleWatts, remedies } from './energy.js';
import { equalWorkGroups, isEqualWork, spansRuntimes } from './equal-work.js';
import { isNotShownSlower, rankCases } from './fastest.js';
import { answersIn } from './parity.js';
import { sittingDrifts } from './sitting-drift.js';
import { medianOfKnown, relativeHalfWidth } from './summary.js';

/** A number that varies this much from process to process should not be quoted. */
export const MOST_UNCERTAIN = 0.1;

/** `path`: where the document is stored; null where it is not. */
export function showView(document: ResultDocument, path: string | null): ShowView {
  const answers = answersIn(document.cases);
  const drifts = sittingDrifts(document.cases);
  const cases = document.cases.map((result, i) => caseView(document, result, { answers, sittingDrift: drifts[i]! }));
  const ranked = rankCases(cases);
  return {
    suite: document.suite.content.name,
    path,
    startedAt: document.startedAt,
    iterations: document.suite.content.iterations,
    machine: document.machine,
    versions: document.versions,
    foreign: document.foreign ?? null,
    engines: enginesOf(document),
    threads: document.threads ?? null,
    ceilings: document.ceilings,
    energy: energyInAll(document, cases),
    ranking: rankOf(ranked),
    engineRanking: engineRanking(ranked),
    uncertain: cases.filter(isUncertain).map(({ id }) => id),
    cases,
  };
}

function rankOf(ranked: readonly CaseView[]): ShowView['ranking'] {
  return ranked.map((entry, i) => ({ id: entry.id, notShownSlower: i === 0 || isNotShownSlower(ranked[0]!, entry) }));
}

function engineRanking(ranked: readonly CaseView[]): ShowView['engineRanking'] {
  if (!spansRuntimes(ranked)) return null;
  const isEqual = isEqualWork(ranked.map((result) => result.engineWork));
  return { isEqual, groups: equalWorkGroups(ranked).map(rankOf) };
}

function isUncertain({ metrics: { decodeRate }, key, status }: CaseView): boolean {
  if (decodeRate === undefined || key.workload.kind !== 'generate' || status === 'impossible') return false;
  return relativeHalfWidth({ median: decodeRate.median, interval: decodeRate.interval95 }) > MOST_UNCERTAIN;
}

function energyInAll(document: ResultDocument, cases: CaseView[]): ShowView['energy'] {
  const all = <T>(of: (result: ResultDocument['cases'][number]) => T[]) => [...new Set(document.cases.flatMap(of))];
  const withoutFigure = cases.filter(({ metrics }) => metrics.joulesPerToken === undefined);
  const updates = withoutFigure.flatMap(({ rounds }) =>
    rounds.flatMap(({ energy }) => (energy === null || energy.tier === 'unavailable' ? [] : [energy.updateMs])),
  );
  return {
    sources: all(energySources),
    idleWatts: medianOfKnown(document.cases.flatMap(idleWatts)),
    longestUpdateMs: updates.length === 0 ? null : updates.reduce((a, b) => Math.max(a, b)),
    remedies: all(remedies),
  };
}

/** The libraries that ran the cases, with their versions. */
export function enginesOf({ cases, versions }: ResultDocument): string[] {
  return [...new Set(cases.map(({ key }) => RUNTIMES[key.runtime].engine(versions)))];
}
