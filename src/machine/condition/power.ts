// Whether the machine runs on mains or on battery. Linux: /sys/class/power_supply. macOS: pmset, which needs no privilege.
// A desktop or a virtual machine lists no supply, so the answer is null, not "mains".
import { spawnSync } from 'node:child_process';
import type { Condition } from '../../contract/condition.js';
import { listEntries, readText } from '../kernel-text.js';

type PowerSource = NonNullable<Condition['power']>;

export function readPowerSource(root: string, platform: NodeJS.Platform): PowerSource | null {
  if (platform === 'linux') return sourceInSysfs(root);
  if (platform !== 'darwin') return null;
  const { stdout, status } = spawnSync('pmset', ['-g', 'batt'], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? parsePmset(stdout) : null;
}

export const SUPPLIES = 'sys/class/power_supply';

/** Batteries of devices such as a mouse have the scope Device and do not count. */
export function powerSupplies(root: string) {
  return listEntries(root, SUPPLIES, /./).flatMap((name) => {
    const field = (file: string) => readText(root, `${SUPPLIES}/${name}/${file}`);
    return field('scope') === 'Device'
      ? []
      : [{ name, type: field('type'), online: field('online'), status: field('status') }];
  });
}

function sourceInSysfs(root: string): PowerSource | null {
  const supplies = powerSupplies(root);
  if (supplies.some(({ type, online }) => type !== 'Battery' && online === '1')) return 'mains';
  const batteries = supplies.filter(({ type }) => type === 'Battery');
  if (batteries.some(({ status }) => status === 'Discharging')) return 'battery';
  return batteries.some(({ status }) => status !== null && status !== 'Unknown') ? 'mains' : null;
}

/** The first line reads `Now drawing from 'AC Power'`. */
export function parsePmset(text: string): PowerSource | null {
  const source = /^Now drawing from '(.+)'/m.exec(text)?.[1];
  if (source === 'AC Power') return 'mains';
  return source === 'Battery Power' ? 'battery' : null;
}
