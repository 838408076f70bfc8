// How fast the cores run and who decides it: cpufreq in /sys, with one policy for each group of cores that share a clock.
// Without it /proc/cpuinfo is read, which shows the nominal clock in a virtual machine.
import type { Condition } from '../../contract/condition.js';
import { listEntries, readNumber, readText } from '../kernel-text.js';

/** One reading. `mhz` is that of the core that runs fastest now, since idle cores clock down. */
interface Frequency extends Omit<NonNullable<Condition['frequency']>, 'mhz'> {
  mhz: number;
}

const POLICIES = 'sys/devices/system/cpu/cpufreq';

export function readFrequency(root: string, allowed: Set<number> | null): Frequency | null {
  const policies = listEntries(root, POLICIES, /^policy\d+$/).flatMap((name) => {
    const policy = `${POLICIES}/${name}`;
    const cpus = (readText(root, `${policy}/affected_cpus`) ?? '').split(/\s+/).filter((cpu) => cpu !== '');
    if (allowed !== null && cpus.length > 0 && !cpus.some((cpu) => allowed.has(Number(cpu)))) return [];
    const kilohertz = readNumber(root, `${policy}/scaling_cur_freq`);
    return kilohertz === null ? [] : [{ policy, mhz: kilohertz / 1000 }];
  });
  if (policies.length === 0) return nominal(root, allowed);
  const told = (file: string) => [
    ...new Set(policies.flatMap(({ policy }) => readText(root, `${policy}/${file}`) ?? [])),
  ];
  const limits = told('cpuinfo_max_freq').map((kilohertz) => Number(kilohertz) / 1000);
  return {
    driver: told('scaling_driver')[0] ?? null,
    governors: told('scaling_governor'),
    maxMhz: limits.length === 0 ? null : Math.max(...limits),
    mhz: Math.max(...policies.map(({ mhz }) => mhz)),
  };
}

function nominal(root: string, allowed: Set<number> | null): Frequency | null {
  const clocks = (readText(root, 'proc/cpuinfo') ?? '').split('\n\n').flatMap((entry) => {
    const cpu = /^processor\s*: (\d+)$/m.exec(entry)?.[1];
    const mhz = /^cpu MHz\s*: ([\d.]+)$/m.exec(entry)?.[1];
    return mhz === undefined || (allowed !== null && !allowed.has(Number(cpu))) ? [] : [Number(mhz)];
  });
  return clocks.length === 0 ? null : { driver: null, governors: [], maxMhz: null, mhz: Math.max(...clocks) };
}
