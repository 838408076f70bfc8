// The view of several candidates against one baseline: each compared as by itself, at its share of the level. Pure.
import type { ComparisonsView } from '../contract/views/compare.js';
import type { Digest } from '../contract/views/digest.js';
import type { Grade } from '../contract/vocabulary.js';
import { type CompareOptions, exitCodeOf } from './compare.js';
import { compareView, type Side } from './compare-view.js';
import { geometricMeans, isOtherwiseComputed } from './geometric-means.js';
import { sufficientRounds } from './sufficient.js';

type Options = Omit<CompareOptions, 'history' | 'candidates'> & { grade: Grade };

export function comparisonsView(
  baseline: Side,
  candidates: readonly Side[],
  historyOf: (candidate: Side) => Digest[],
  options: Options,
): ComparisonsView {
  const comparisons = candidates.map((candidate) =>
    compareView(baseline, candidate, { ...options, history: historyOf(candidate), candidates: candidates.length }),
  );
  const compared = comparisons.map(({ cases }) => cases.filter((entry) => entry.status === 'compared'));
  const partners = compared.map((entries) => new Set(entries.map(({ partner }) => partner)));
  const excluded = new Set(
    compared.flatMap((entries) => entries.filter(isOtherwiseComputed).map(({ partner }) => partner)),
  );
  const isInAll = (partner: string) => !excluded.has(partner) && partners.every((ids) => ids.has(partner));
  const used = ({ document }: Side) => sufficientRounds(document, options.grade).document;
  const before = used(baseline);
  return {
    cases: baseline.document.cases
      .filter(({ id }) => partners.some((ids) => ids.has(id)))
      .map(({ id, key }) => ({ id, key })),
    comparisons,
    means: compared.map((entries, i) => {
      const counted = entries.filter(({ partner }) => isInAll(partner));
      return geometricMeans(counted, { baseline: before, candidate: used(candidates[i]!) });
    }),
  };
}

/** 1 where any candidate is worse; 2 where none is, but one could not be compared. */
export function exitCodeOfAll({ comparisons }: ComparisonsView, options: { allowMissing?: boolean }): 0 | 1 | 2 {
  const codes = comparisons.map((comparison) => exitCodeOf(comparison, options));
  return codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0;
}
