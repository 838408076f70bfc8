// The number of threads that `threads: auto` means on this machine, and why: one for each physical core that this process may
// use, counting only the fast cores where there are two kinds.
import { cpuNumbers } from '../contract/cpu-list.js';
import type { Machine } from '../contract/machine.js';
import type { ResultDocument } from '../contract/result.js';
import { quotaCores } from './condition/cgroup.js';
import { allowedCpus } from './condition/cpu-time.js';
import { readText } from './kernel-text.js';

/** `why` reads like `4 physical cores, cgroup quota 2.0, cpuset 0-3`. */
export type ThreadChoice = NonNullable<ResultDocument['threads']>['auto'];

/** On ARM each processor has a capacity. It counts as slow below this share of the largest capacity. */
const FAST_SHARE = 2 / 3;
const CPUS = 'sys/devices/system/cpu';

/** `root` is a folder with the files of another system in tests. */
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
  // A process that is pinned to slow cores runs on those.
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

/** Intel lists its performance cores, ARM has capacities; elsewhere all cores are alike. */
function fastCpus(text: (path: string) => string, cpus: number[]): Set<number> {
  const named = text('sys/devices/cpu_core/cpus');
  if (named !== '') return new Set(cpuNumbers(named));
  const capacity = (cpu: number) => Number(text(`${CPUS}/cpu${cpu}/cpu_capacity`)) || 0;
  const largest = Math.max(...cpus.map(capacity));
  return new Set(cpus.filter((cpu) => capacity(cpu) >= FAST_SHARE * largest));
}

/** Counts processors that share a core once. */
function countCores(text: (path: string) => string, cpus: number[]): number {
  return new Set(cpus.map((cpu) => text(`${CPUS}/cpu${cpu}/topology/thread_siblings_list`) || String(cpu))).size;
}
