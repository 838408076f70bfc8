// The ceilings of a machine by thread count: the best kernel of each, and how rates grow with threads. Pure.
import type { Ceiling } from '../contract/ceilings.js';
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
