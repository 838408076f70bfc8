// What of many entries is worth choosing: the fastest of each model on each machine, and those of which no other writes
// faster in less memory. What computes something else than its reference is never chosen. Pure.
import type { Entry, ReportView } from '../../contract/views/report.js';
import { lengthsOf, workloadRow } from '../../contract/workloads.js';
import { groupBy } from '../group-by.js';

export function workloadOf({ key }: Entry): string {
  return workloadRow(key.workload).label(key.workload);
}

export function isRanked({ key, status, isSound, metrics }: Entry): boolean {
  const { decodeRate, ttftMs } = metrics;
  const isMeasured = decodeRate !== undefined && ttftMs !== undefined && status !== 'impossible';
  return isMeasured && key.workload.kind === 'generate' && isSound !== false;
}

/** By the workload that most cases of the machine have, without depth if there is one. */
export function bestOf(entries: readonly Entry[]): ReportView['best'] {
  const ranked = entries.filter(isRanked);
  return [...groupBy(ranked, ({ machine }) => machine).values()].flatMap((onMachine) => {
    const byWorkload = [...groupBy(onMachine, workloadOf).values()];
    return [...groupBy(onMachine, ({ key }) => key.model).keys()].map((model) => {
      const having = byWorkload.filter((same) => same.some(({ key }) => key.model === model));
      const [usual = []] = having.sort((a, b) => depthOf(a) - depthOf(b) || b.length - a.length);
      const [first] = usual
        .filter(({ key }) => key.model === model)
        .map((entry) => ({ ref: entry.ref, wholeMs: wholeMs(entry) }))
        .sort((a, b) => a.wholeMs - b.wholeMs);
      return first!;
    });
  });
}

/** What is behind a long conversation already is another question than what a model does with a prompt. */
function depthOf([entry]: readonly Entry[]): number {
  return lengthsOf(entry!.key.workload)?.depth ?? 0;
}

/** From the start of the prompt to the last token, by the medians of both phases. */
function wholeMs({ key: { workload }, metrics: { ttftMs, decodeRate } }: Entry): number {
  const tokens = 'new' in workload ? workload.new : 1;
  return ttftMs!.median + (1000 * (tokens - 1)) / decodeRate!.median;
}

export function frontsOf(entries: readonly Entry[]): ReportView['fronts'] {
  const placed = entries.filter((entry) => isRanked(entry) && entry.metrics.peakRssBytes !== undefined);
  return [...groupBy(placed, (entry) => `${entry.machine}\n${workloadOf(entry)}`).values()].map((rivals) => ({
    machine: rivals[0]!.machine,
    workload: workloadOf(rivals[0]!),
    refs: frontOf(rivals).map(({ ref }) => ref),
  }));
}

/** By memory, the least first: each writes faster than all before it. */
function frontOf(rivals: readonly Entry[]): Entry[] {
  const memory = ({ metrics }: Entry) => metrics.peakRssBytes!.median;
  const rate = ({ metrics }: Entry) => metrics.decodeRate!.median;
  const sorted = rivals.toSorted((a, b) => memory(a) - memory(b) || rate(b) - rate(a));
  let fastest = 0;
  return sorted.filter((entry) => {
    if (rate(entry) <= fastest) return false;
    fastest = rate(entry);
    return true;
  });
}
