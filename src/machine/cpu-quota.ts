// How many processors' worth of time the cgroups of this process allow it: version 2 or 1, the tightest of all levels.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

const GROUPS = '/sys/fs/cgroup';

/** 2.5 for two and a half processors; null without a quota. `root` holds another system's files, for tests. */
export function cpuQuota(root = ''): number | null {
  const text = (path: string) => readText(root + path);
  const levels = levelsOf(text('/proc/self/cgroup'));
  const quotas = levels.flatMap((level) => [
    text(posix.join(GROUPS, level, 'cpu.max')),
    ...['cpu', 'cpu,cpuacct'].map((controller) => {
      const of = (name: string) => text(posix.join(GROUPS, controller, level, name)).trim();
      return `${of('cpu.cfs_quota_us')} ${of('cpu.cfs_period_us')}`;
    }),
  ]);
  const allowed = quotas.flatMap((line) => {
    const [quota, period] = line.trim().split(/\s+/).map(Number);
    return quota! > 0 && period! > 0 ? [quota! / period!] : [];
  });
  return allowed.length === 0 ? null : Math.min(...allowed);
}

/** `/a/b`, `/a` and `/` of each path that the kernel names; inside a container the mount begins at its own group. */
function levelsOf(groups: string): string[] {
  const levels = new Set(['/']);
  for (const line of groups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || !(controllers === '' || controllers!.split(',').includes('cpu'))) continue;
    for (let level = path; level !== '/'; level = posix.dirname(level)) levels.add(level);
  }
  return [...levels];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
