// A CPU quota, as containers have it: how many cores it allows and how long it held the group back.
// cgroup v2 and v1; a quota of any group above this process counts as well.
import { posix } from 'node:path';
import { numberField, readText } from './kernel-file.js';

export interface CpuQuota {
  /** null: nothing limits it. */
  cores: number | null;
  /** Since the group exists, summed over its threads' CPUs as the kernel does. */
  throttledMs: number;
}

/** null where the system has no such groups, or does not tell. */
export function readCpuQuota(root: string): CpuQuota | null {
  const groups = pathsOf(root).flatMap((path) => {
    const stat = readText(root, posix.join(path, 'cpu.stat'));
    if (stat === null) return [];
    const throttledMs =
      (numberField(stat, 'throttled_usec') ?? 0) / 1000 + (numberField(stat, 'throttled_time') ?? 0) / 1e6;
    return [{ cores: coresOf(root, path), throttledMs }];
  });
  if (groups.length === 0) return null;
  const limits = groups.map(({ cores }) => cores).filter((cores) => cores !== null);
  return {
    cores: limits.length === 0 ? null : Math.min(...limits),
    throttledMs: groups.reduce((sum, { throttledMs }) => sum + throttledMs, 0),
  };
}

/** The group of this process and all above it. In a container the path may be the host's, and only the top is there. */
function pathsOf(root: string): string[] {
  const own = (readText(root, 'proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, id, controllers, path] = /^(\d+):([^:]*):(.+)$/.exec(line) ?? [];
    if (id === undefined) return [];
    if (id === '0') return ancestors('sys/fs/cgroup', path!);
    return controllers!.split(',').includes('cpu')
      ? ancestors(`sys/fs/cgroup/${mountOf(root, controllers!)}`, path!)
      : [];
  });
  return [...new Set(own)];
}

function mountOf(root: string, controllers: string): string {
  return readText(root, `sys/fs/cgroup/${controllers}/cpu.stat`) === null ? 'cpu' : controllers;
}

function ancestors(mount: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, up) => posix.join(mount, ...names.slice(0, names.length - up)));
}

function coresOf(root: string, path: string): number | null {
  const v2 = readText(root, posix.join(path, 'cpu.max'));
  const v1 = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => readText(root, posix.join(path, name)));
  const [quota, period] = (v2 ?? v1.join(' ')).split(' ').map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : null;
}
