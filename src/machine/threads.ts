// What `threads: auto` is on this machine and why: one thread for each physical core that this process may use, of the
// fast kind where there are two.
import { cpuNumbers } from '../contract/cpu-list.js';
import type { Machine } from '../contract/machine.js';
import { quotaCores } from './condition/cgroup.js';
import { allowedCpus } from './condition/cpu-time.js';
import { readText } from './kernel-text.js';

export interface ThreadChoice {
  threads: number;
  /** `4 physical cores, cgroup quota 2.0, cpuset 0-3` */
  why: string;
}

/** ARM's kernels give each processor a capacity; below this share of the largest one it is of the slow kind. */
const FAST_SHARE = 2 / 3;
const CPUS = 'sys/devices/system/cpu';

/** `root` holds another system's files, for tests. */
export function automaticThreads(machine: Machine, root = '/'): ThreadChoice {
  const text = (path: string) => readText(root, path) ?? '';
  const cpuset = allowedCpus(root);
  const quota = quotaCores(root);
  if (cpuset === null) {
    const threads = Math.min(machine.physicalCores, machine.usableCores);
    return { threads, why: [coresText(machine.physicalCores, 'physical'), ...quotaText(quota)].join(', ') };
  }
  const allowed = cpuNumbers(cpuset);
  const fast = fastCpus(text, allowed);
  const preferred = allowed.filter((cpu) => fast.has(cpu));
  // Whoever is pinned to slow cores runs there.
  const used = preferred.length === 0 ? allowed : preferred;
  const all = Math.min(countCores(text, allowed), machine.physicalCores);
  const cores = Math.min(countCores(text, used), machine.physicalCores);
  const kind = used.length === allowed.length ? 'physical' : 'performance';
  const of = kind === 'physical' ? '' : ` of ${all}`;
  return {
    threads: Math.max(1, Math.min(cores, Math.floor(quota ?? cores))),
    why: [`${coresText(cores, kind)}${of}`, ...quotaText(quota), `cpuset ${cpuset}`].join(', '),
  };
}

function coresText(count: number, kind: string): string {
  return `${count} ${kind} ${count === 1 ? 'core' : 'cores'}`;
}

function quotaText(quota: number | null): string[] {
  return quota === null ? [] : [`cgroup quota ${quota.toFixed(1)}`];
}

/** Intel names its performance cores; ARM tells capacities; elsewhere all are alike. */
function fastCpus(text: (path: string) => string, cpus: number[]): Set<number> {
  const named = text('sys/devices/cpu_core/cpus');
  if (named !== '') return new Set(cpuNumbers(named));
  const capacity = (cpu: number) => Number(text(`${CPUS}/cpu${cpu}/cpu_capacity`)) || 0;
  const largest = Math.max(...cpus.map(capacity));
  return new Set(cpus.filter((cpu) => capacity(cpu) >= FAST_SHARE * largest));
}

/** Processors that share a core count once. */
function countCores(text: (path: string) => string, cpus: number[]): number {
  return new Set(cpus.map((cpu) => text(`${CPUS}/cpu${cpu}/topology/thread_siblings_list`) || String(cpu))).size;
}
