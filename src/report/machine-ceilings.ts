// The ceilings of a machine as rows of its description, with how they grow with threads. Pure.
import type { Ceiling } from '../contract/ceilings.js';
import { bytes, number, plural } from './format.js';

/** `read bandwidth cpu over 1.07 GB` → `1 thread 15.3 · 2 threads 28.9 (1.9 ×) GB/s` */
export function machineCeilingRows(ceilings: Ceiling[]): [string, string][] {
  const groups = new Map<string, Ceiling[]>();
  for (const ceiling of ceilings) groups.set(nameOf(ceiling), [...(groups.get(nameOf(ceiling)) ?? []), ceiling]);
  return [...groups].map(([name, group]) => [name, cellOf(group)]);
}

function nameOf({ kind, ep, workingSetBytes }: Ceiling): string {
  if (kind === 'storage-read') return 'storage read';
  if (kind === 'read-bandwidth') return `read bandwidth ${ep} over ${bytes(workingSetBytes!)}`;
  return `matrix products ${ep} ${kind.replace('matmul-', '')}`;
}

function cellOf(group: Ceiling[]): string {
  const byThreads = new Map<number | null, Ceiling[]>();
  for (const ceiling of group) byThreads.set(ceiling.threads, [...(byThreads.get(ceiling.threads) ?? []), ceiling]);
  const best = [...byThreads.values()].map(bestOf).filter((ceiling) => ceiling !== null);
  const [first] = best;
  if (first === undefined) return group[0]!.method;
  const unit = first.unit === 'bytes/s' ? 'GB/s' : 'Gop/s';
  const parts = best.map(({ threads, value, operator, kind }, i) => {
    const times = i === 0 ? '' : ` (${(value / first.value).toFixed(1)} ×)`;
    const by = kind.startsWith('matmul') && (i === 0 || operator !== best[i - 1]!.operator) ? ` by ${operator}` : '';
    return `${threads === null ? '' : `${plural(threads, 'thread')}: `}${number(value / 1e9)} ${unit}${times}${by}`;
  });
  return parts.join(' · ');
}

function bestOf(ceilings: Ceiling[]): (Ceiling & { value: number }) | null {
  const known = ceilings.filter((ceiling): ceiling is Ceiling & { value: number } => ceiling.value !== null);
  return known.toSorted((a, b) => b.value - a.value)[0] ?? null;
}
