// The ceilings of a machine by thread count: the best kernel of each, how rates grow with threads, and where ONNX Runtime and
// the probes without it disagree. Pure.
import { type Ceiling, isProductProbe, READ_PROBE } from '../contract/ceilings.js';
import type { CeilingGroup } from '../contract/views/machine.js';
import { groupBy } from './group-by.js';

export function ceilingsByThreads(ceilings: readonly Ceiling[]): CeilingGroup[] {
  const groups = groupBy(ceilings, (ceiling) => {
    const { kind, ep, workingSetBytes } = ceiling;
    return JSON.stringify([kind, ep, workingSetBytes, isProductProbe(ceiling)]);
  });
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
    isFloor: isProductProbe(group[0]!),
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

/** Products that the probe multiplies faster than any kernel of ONNX Runtime that was measured. */
export interface Beaten {
  arithmetic: string;
  threads: number;
  kernel: { operator: string; rate: number };
  probe: number;
}

export function kernelsBeaten(ceilings: readonly Ceiling[]): Beaten[] {
  const products = ceilings.filter(({ kind, ep }) => kind.startsWith('matmul') && ep === 'cpu');
  const groups = groupBy(products, ({ kind, threads }) => JSON.stringify([kind, threads]));
  return [...groups.values()].flatMap((group) => {
    const kernel = bestOf(group.filter((ceiling) => !isProductProbe(ceiling)));
    const probe = bestOf(group.filter(isProductProbe));
    if (kernel === null || probe === null || probe.value <= kernel.value) return [];
    return [
      {
        arithmetic: kernel.kind.replace('matmul-', ''),
        threads: kernel.threads!,
        kernel: { operator: kernel.operator!, rate: kernel.value },
        probe: probe.value,
      },
    ];
  });
}
