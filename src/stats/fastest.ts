// Which case is done first with its whole workload, from the start of the prompt to the last token. Pure.
// Only cases of one workload can be ranked: docs/metrics.md, "The fastest case".
import { type CaseResult, okRounds } from '../contract/result.js';
import type { Summary } from '../contract/views/figures.js';
import type { CaseView } from '../contract/views/show.js';
import { lengthsOf } from '../contract/workloads.js';
import { groupBy } from './group-by.js';
import { METRICS, passTimes } from './metrics.js';
import { isSound } from './parity.js';
import { medianOfKnown, summarize } from './summary.js';

/** Median over the timed iterations of each round, summarised over rounds; null for workloads other than `generate`. */
export function wholeTime(result: CaseResult): Summary | null {
  if (result.key.workload.kind !== 'generate') return null;
  return summarize(okRounds(result).flatMap((round) => medianOfKnown(passTimes(round)) ?? []));
}

type WholeTime = Pick<CaseView, 'wholeMs'>;

type Ranked = Pick<CaseView, 'wholeMs' | 'key' | 'status' | 'parity' | 'work'>;

/**
 * The cases of one workload, fastest first. Of several workloads, the most common one is ranked, then the longest. What is not
 * shown to compute the same as its reference is not ranked.
 */
export function rankCases<T extends Ranked>(cases: readonly T[]): T[] {
  const ranked = cases.filter((result) => result.wholeMs !== null && result.status !== 'impossible' && isSound(result));
  const byWorkload = groupBy(ranked, ({ key }) => JSON.stringify(key.workload));
  const longest = ([first]: T[]) => tokensOf(first!.key);
  const [most = []] = [...byWorkload.values()].sort((a, b) => b.length - a.length || longest(b) - longest(a));
  return most.sort((a, b) => a.wholeMs!.median - b.wholeMs!.median);
}

/** True if the difference is too small to matter, or if the intervals overlap. */
export function isNotShownSlower({ wholeMs: best }: WholeTime, { wholeMs: other }: WholeTime): boolean {
  if (other!.median < best!.median * (1 + METRICS.ttftMs.minimumEffect)) return true;
  const [fast, slow] = [best!.interval95, other!.interval95];
  return fast !== null && slow !== null && slow.low <= fast.high;
}

function tokensOf({ workload }: CaseView['key']): number {
  const lengths = lengthsOf(workload);
  return lengths === null ? 0 : lengths.depth + lengths.prompt + lengths.new;
}
