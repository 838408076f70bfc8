// The findings of a gate, from a comparison of two stored results or from paired rounds: each thing that was asked, and
// whether the gate says no because of it. Pure.
import type { CaseComparison, CompareView } from '../contract/views/compare.js';
import type { Finding, Gate } from '../contract/views/gate.js';
import type { PairsView } from '../contract/views/pairs.js';
import { exitCodeOf, isFasterByFault } from './compare.js';
import { gateExitCode, saysNoOtherwise } from './confirmation.js';

interface About {
  suite: string;
  machine: string;
  allowMissing?: boolean;
}

export function gateOf(screen: CompareView, { suite, machine, ...allowed }: About): Gate {
  return {
    exitCode: exitCodeOf(screen, allowed),
    ...{ suite, machine, baseline: screen.baseline, candidate: screen.candidate },
    isPaired: false,
    findings: findingsOf(screen, allowed),
  };
}

/** `screen` is null where no stored results were compared before. */
export function gateOfPairs(screen: CompareView | null, pairs: PairsView, { suite, machine, ...allowed }: About): Gate {
  const { figures, dropped, otherTokens, ...paths } = pairs;
  const keyOf = (id: string) => [...figures, ...dropped].find((entry) => entry.id === id)?.key;
  const paired = figures.map(({ id, key, metric, outcome, baseline, candidate, change, slowdown, margin }): Finding => {
    const limit = slowdown === null ? 'too few pairs' : `slower by ${percent(slowdown.upper)} at most`;
    const reason = `${limit}, margin ${percent(margin)}`;
    return {
      ...{ id, key, metric, outcome, isNo: outcome !== 'pass', baseline, candidate, reason },
      change: change?.estimate ?? null,
      wouldShow: null,
    };
  });
  const lost = dropped.flatMap(({ id, key, candidateFailed, baselineFailed, firstFailure }) => {
    const isNo = candidateFailed > baselineFailed || figures.every((figure) => figure.id !== id);
    return isNo ? [ofCase({ id, key }, 'failed', isNo, firstFailure ?? 'none of its pairs could be used')] : [];
  });
  const different = otherTokens.flatMap((id) => {
    const key = keyOf(id);
    return key === undefined ? [] : [ofCase({ id, key }, 'other tokens', true, 'it is not the same computation')];
  });
  const others =
    screen !== null && saysNoOtherwise(screen, pairs, allowed)
      ? findingsOf(screen, allowed).filter(({ id, metric, isNo }) => isNo && !wasPaired(paired, id, metric))
      : [];
  return {
    exitCode: gateExitCode(screen, pairs, allowed),
    ...{ suite, machine, baseline: paths.baseline, candidate: paths.candidate },
    isPaired: true,
    findings: [...paired, ...lost, ...different, ...others],
  };
}

function wasPaired(paired: readonly Finding[], id: string, metric: Finding['metric']): boolean {
  return metric !== null && paired.some((finding) => finding.id === id && finding.metric === metric);
}

function findingsOf(
  { cases, failures }: CompareView,
  { allowMissing = false }: Pick<About, 'allowMissing'>,
): Finding[] {
  const isAnyPaired = cases.some(({ status }) => status === 'compared');
  const news = failures
    .filter(({ isNew, id }) => isNew && cases.every((entry) => entry.id !== id || entry.status !== 'failed'))
    .map((entry) => ofCase(entry, 'failed', true, entry.reasons[0] ?? null));
  return [
    ...cases.flatMap((entry) =>
      entry.status === 'compared' ? figuresOf(entry) : [notCompared(entry, isAnyPaired && !allowMissing)],
    ),
    ...news,
  ];
}

function figuresOf(entry: Extract<CaseComparison, { status: 'compared' }>): Finding[] {
  const isFault = isFasterByFault(entry);
  return entry.changes
    .filter(({ sameAs }) => sameAs === null)
    .map(({ metric, baseline, candidate, change, outcome, visibleEffect }) => ({
      ...{ id: entry.id, key: entry.key, metric, outcome, change },
      isNo: outcome === 'worse' || (outcome === 'faster but different' && isFault),
      baseline: baseline.median,
      candidate: candidate.median,
      wouldShow: visibleEffect,
      reason: null,
    }));
}

function notCompared(entry: Exclude<CaseComparison, { status: 'compared' }>, mustBeThere: boolean): Finding {
  switch (entry.status) {
    case 'failed':
      return ofCase(entry, 'failed', true, entry.reason);
    case 'missing':
      return ofCase(entry, 'missing', mustBeThere, entry.reason);
    case 'unmatched':
      return ofCase(entry, 'not compared', false, entry.reason);
    case 'differs':
      return ofCase(
        entry,
        'not compared',
        false,
        `differs in ${entry.differences.map((one) => one.dimension).join(', ')}`,
      );
  }
}

function ofCase(
  { id, key }: Pick<Finding, 'id' | 'key'>,
  outcome: Finding['outcome'],
  isNo: boolean,
  reason: string | null,
): Finding {
  return {
    id,
    key,
    metric: null,
    outcome,
    isNo,
    baseline: null,
    candidate: null,
    change: null,
    wouldShow: null,
    reason,
  };
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}
