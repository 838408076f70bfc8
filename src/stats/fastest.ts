// Which case is done first with its whole workload, from the start of the prompt to the last token. Pure.
// Only cases of one workload can be ranked: docs/metrics.md, "The fastest case".
import { type CaseResult, okRounds, type ResultDocument } from '../contract/result.js';
import type { CaseWorkload } from '../contract/workloads.js';
import { isImpossible } from './ceiling-share.js';
import { METRICS, timedPasses } from './metrics.js';
import { median, type Summary, summarize } from './summary.js';

type Generate = Extract<CaseWorkload, { kind: 'generate' }>;

export interface RankedCase {
  result: CaseResult;
  workload: Generate;
  /** Of the rounds: the median over the timed iterations of each. */
  wholeMs: Summary;
}

/** The cases of one workload, fastest first; of several workloads the one that most cases have, then the longest. */
export function rankCases(document: ResultDocument): RankedCase[] {
  const byWorkload = new Map<string, RankedCase[]>();
  for (const result of document.cases) {
    const { workload } = result.key;
    const wholeMs = wholeTime(result);
    if (workload.kind !== 'generate' || wholeMs === null || isImpossible(document, result)) continue;
    const same = JSON.stringify(workload);
    byWorkload.set(same, [...(byWorkload.get(same) ?? []), { result, workload, wholeMs }]);
  }
  const longest = ([first]: RankedCase[]) => tokensOf(first!.workload);
  const [ranked = []] = [...byWorkload.values()].sort((a, b) => b.length - a.length || longest(b) - longest(a));
  return ranked.sort((a, b) => a.wholeMs.median - b.wholeMs.median);
}

/** Slower by less than matters, or by less than the rounds can tell: their intervals overlap. */
export function isNotShownSlower({ wholeMs: best }: RankedCase, { wholeMs: other }: RankedCase): boolean {
  if (other.median < best.median * (1 + METRICS.ttftMs.minimumEffect)) return true;
  return best.interval !== null && other.interval !== null && other.interval.low <= best.interval.high;
}

function wholeTime(result: CaseResult): Summary | null {
  const times = okRounds(result).map((round) => timedPasses(round).map(({ tokenMs }) => tokenMs.at(-1)!));
  return summarize(times.filter((passes) => passes.length > 0).map(median));
}

function tokensOf({ depth, prompt, new: made }: Generate): number {
  return depth + prompt + made;
}
