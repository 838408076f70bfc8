// The ceilings of a machine by thread count: the best kernel of each, how rates grow with threads, and where two ways to
// measure a bandwidth disagree. Pure.
import { type Ceiling, READ_PROBE } from '../contract/ceilings.js';
import type { CeilingGroup } from '../contract/views/machine.js';
import { groupBy } from './group-by.js';

export function ceilingsByThreads(ceilings: readonly Ceiling[]): CeilingGroup[] {
  const groups = groupBy(ceilings, ({ kind, ep, workingSetBytes }) => JSON.stringify([kind, ep, workingSetBytes]));
  return [...groups.values()].map(groupOf);
}

function groupOf(group: Ceiling[]): CeilingGroup {
  const { kind, ep, workingSetBytes, unit, method } = group[0]!;
  const byThreads = groupBy(group, ({ threads }) => threads);
  const best = [...byThreads.values()].flatMap((same) => bestOf(same) ?? []);
  const first = best[0]?.value ?? 1;
  return {
    kind,
    ep,
    workingSetBytes,
    unit,
    best: best.map(({ threads, value, operator }) => ({ threads, value, operator, timesFirst: value / first })),
    reason: best.length === 0 ? method : null,
  };
}

function bestOf(ceilings: Ceiling[]): (Ceiling & { value: number }) | null {
  const known = ceilings.filter((ceiling): ceiling is Ceiling & { value: number } => ceiling.value !== null);
  return known.toSorted((a, b) => b.value - a.value)[0] ?? null;
}

/** Two measurements of one bandwidth that differ by more are named. */
const AGREEMENT = 0.15;

/** Bandwidths of one memory that ONNX Runtime and the probe without it measured differently. */
export interface Disagreement {
  threads: number;
  workingSetBytes: number;
  kernel: number;
  probe: number;
}

export function bandwidthDisagreements(ceilings: readonly Ceiling[]): Disagreement[] {
  const reads = ceilings.filter(({ kind, ep }) => kind === 'read-bandwidth' && ep === 'cpu');
  const groups = groupBy(reads, ({ threads, workingSetBytes }) => JSON.stringify([threads, workingSetBytes]));
  return [...groups.values()].flatMap((group) => {
    const { threads, workingSetBytes } = group[0]!;
    const kernel = bestOf(group.filter(({ operator }) => operator !== READ_PROBE))?.value;
    const probe = bestOf(group.filter(({ operator }) => operator === READ_PROBE))?.value;
    if (kernel === undefined || probe === undefined) return [];
    const agree = Math.max(kernel, probe) / Math.min(kernel, probe) <= 1 + AGREEMENT;
    return agree ? [] : [{ threads: threads!, workingSetBytes: workingSetBytes!, kernel, probe }];
  });
}
