// The view of a comparison: its outcomes, what was left out of both sides and why, and what the two sides are. Pure.
import type { ResultDocument } from '../contract/result.js';
import type { CompareView, Comparison, OtherOutcome, SideView } from '../contract/views/compare.js';
import type { Grade } from '../contract/vocabulary.js';
import { acrossOffer } from './across-offer.js';
import { type CompareOptions, compareResults } from './compare.js';
import { comparableEnergy, energySources } from './energy.js';
import { geometricMeans } from './geometric-means.js';
import { type CasePair, pairCases } from './pairing.js';
import { enginesOf } from './show.js';
import { sittingDrifts } from './sitting-drift.js';
import { sufficientRounds } from './sufficient.js';

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
  const whole = { baseline: baseline.document, candidate: candidate.document };
  const comparison = compareResults(whole.baseline, whole.candidate, { ...options, grade });
  const { pairs } = pairCases(whole, options);
  const documents = { baseline: before.document, candidate: after.document };
  const isAnyLeftOut = before.leftOut.length + after.leftOut.length > 0;
  return {
    baseline: baseline.path,
    candidate: candidate.path,
    sides: {
      baseline: sideView(
        before,
        pairs.map((pair) => pair.before.id),
      ),
      candidate: sideView(
        after,
        pairs.map((pair) => pair.after.id),
      ),
    },
    grade,
    means: geometricMeans(comparison.cases, documents),
    ...comparison,
    leftOut: { baseline: before.leftOut, candidate: after.leftOut },
    allRounds: isAnyLeftOut ? otherOutcomes(comparison, compareResults(whole.baseline, whole.candidate, options)) : [],
    acrossOffer: acrossOffer(whole, options),
    energyNotCompared: energyNotCompared(pairs),
  };
}

/** The changes of `all` that come out otherwise in `used`, or are not in it. */
function otherOutcomes(used: Comparison, all: Comparison): OtherOutcome[] {
  const changesOf = ({ cases }: Comparison) =>
    cases.flatMap((entry) => {
      if (entry.status !== 'compared') return [];
      return entry.changes.map((change) => ({ ...change, id: entry.id, key: entry.key }));
    });
  const known = changesOf(used);
  return changesOf(all).flatMap(({ id, key, metric, change, outcome }) => {
    const same = known.find((one) => one.id === id && one.metric === metric);
    if (same?.outcome === outcome) return [];
    return [{ id, key, metric, change, outcome, instead: same?.outcome ?? null }];
  });
}

/** `ids`: the cases of this side that have a partner. */
function sideView({ document, ungraded }: ReturnType<typeof sufficientRounds>, ids: readonly string[]): SideView {
  const { startedAt, machine, tool } = document;
  const engines = enginesOf(document);
  return { startedAt, machine: machine.id, tool, engines, ungradedRounds: ungraded, drifts: driftsOf(document, ids) };
}

function driftsOf({ cases }: ResultDocument, ids: readonly string[]): SideView['drifts'] {
  const paired = new Set(ids);
  const drifts = sittingDrifts(cases);
  return cases.flatMap(({ id, key }, i) =>
    drifts[i]!.filter(({ isShown }) => isShown && paired.has(id)).map((drift) => ({ id, key, ...drift })),
  );
}

/** Figures of different sources are never compared. */
function energyNotCompared(pairs: readonly CasePair[]): CompareView['energyNotCompared'] {
  return pairs.flatMap(({ before, after }) => {
    if (comparableEnergy(before, after)) return [];
    const [from, to] = [energySources(before), energySources(after)];
    return from.length === 0 || to.length === 0
      ? []
      : [{ id: after.id, key: after.key, baseline: from, candidate: to }];
  });
}
