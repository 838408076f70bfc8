// The CPU quota of this process, which containers usually have: how many cores it allows and how long it throttled us.
// Reads cgroup v2 and v1; the quotas of all groups above this process apply too.
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import type { Condition } from '../../contract/condition.js';
import { numberField, readText } from '../kernel-text.js';

/** The throttled time counts from the start of the group. null where the system has no control groups. */
export function readCpuQuota(root: string): Condition['quota'] {
  const throttled = pathsOf(root).flatMap((path) => {
    const stat = readText(root, posix.join(path, 'cpu.stat'));
    if (stat === null) return [];
    return (numberField(stat, 'throttled_usec') ?? 0) / 1000 + (numberField(stat, 'throttled_time') ?? 0) / 1e6;
  });
  if (throttled.length === 0) return null;
  return { cores: quotaCores(root), throttledMs: throttled.reduce((sum, ms) => sum + ms, 0) };
}

/** 2.5 for two and a half processors; null without a quota. */
export function quotaCores(root = '/'): number | null {
  const limits = pathsOf(root).flatMap((path) => coresOf(root, path) ?? []);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Assumed where the system does not name the group of this process: the top of either version. */
const TOPS = '0::/\n1:cpu:/';

/** The group of this process and all above it. In a container the path may be the host's, so that only the top exists. */
function pathsOf(root: string): string[] {
  const own = (readText(root, 'proc/self/cgroup') ?? TOPS).split('\n').flatMap((line) => {
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
  return existsSync(posix.join(root, 'sys/fs/cgroup', controllers)) ? controllers : 'cpu';
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
