// What a comparison of stored results leaves to pairs of rounds, and what both together answer. Pure.
import type { MetricName } from '../contract/metric-names.js';
import type { CaseComparison, CompareView } from '../contract/views/compare.js';
import type { PairsView } from '../contract/views/pairs.js';
import type { Confirmed } from '../contract/vocabulary.js';
import { exitCodeOf } from './compare.js';
import { METRICS } from './metrics.js';

type ComparedCase = Extract<CaseComparison, { status: 'compared' }>;

type Screen = Pick<CompareView, 'cases' | 'failures'>;

interface Allowed {
  allowMissing?: boolean;
}

/** Cases to be run in pairs, with the figures that are in question. */
export interface Questioned {
  id: string;
  /** The id of its case in the baseline. */
  partner: string;
  metrics: MetricName[];
  /** The sides differ in nothing that can be set. */
  isSame: boolean;
}

export function questioned({ cases }: Pick<CompareView, 'cases'>, what: Confirmed): Questioned[] {
  const compared = cases.filter((entry): entry is ComparedCase => entry.status === 'compared');
  return compared.flatMap(({ id, partner, across, changes }) => {
    const metrics = changes
      .filter((change) => change.sameAs === null && (what === 'all' || isAlert(change)))
      .map(({ metric }) => metric);
    return metrics.length === 0 ? [] : [{ id, partner, metrics, isSame: across.length === 0 }];
  });
}

/** Worse, or so by the rounds alone, which two sittings cannot tell from their own spread. */
function isAlert({ metric, outcome, change }: ComparedCase['changes'][number]): boolean {
  const isWorse = change > 0 === (METRICS[metric].better === 'lower');
  return outcome === 'worse' || (outcome === 'within sitting spread' && isWorse);
}

/**
 * 0: every figure passes. 1: one is worse or not shown, a case lost its pairs or is not shown to compute the same from the same
 * files, or the stored results say no for another reason than the alerts that passed. 2: no figure. What is not shown is no
 * pass: a script that asked must not go on.
 */
export function gateExitCode(screen: Screen | null, pairs: PairsView, allowed: Allowed = {}): 0 | 1 | 2 {
  const { figures, dropped } = pairs;
  if (dropped.some(({ candidateFailed, baselineFailed }) => candidateFailed > baselineFailed)) return 1;
  if (pairs.otherTokens.length > 0) return 1;
  if (figures.length === 0) return 2;
  if (figures.some(({ outcome }) => outcome !== 'pass')) return 1;
  if (dropped.some(({ id }) => figures.every((figure) => figure.id !== id))) return 1;
  return screen !== null && saysNoOtherwise(screen, pairs, allowed) ? 1 : 0;
}

/** Whether the comparison would say no without the alerts that pairs were run for. */
export function saysNoOtherwise(screen: Screen, { figures }: PairsView, allowed: Allowed = {}): boolean {
  const cases = screen.cases.map((entry): CaseComparison => {
    if (entry.status !== 'compared') return entry;
    const wasPaired = (metric: MetricName) =>
      figures.some((figure) => figure.id === entry.id && figure.metric === metric);
    const changes = entry.changes.map((change) =>
      change.outcome === 'worse' && wasPaired(change.sameAs ?? change.metric)
        ? { ...change, outcome: 'not shown' as const }
        : change,
    );
    return { ...entry, changes };
  });
  return exitCodeOf({ ...screen, cases }, allowed) === 1;
}
