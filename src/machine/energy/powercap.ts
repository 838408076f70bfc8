// RAPL, the energy counters of Intel and AMD processors, through Linux powercap: /sys/class/powercap/intel-rapl:*.
// Only packages and their memory (dram) are read: core and uncore are parts of a package, psys contains packages, and
// intel-rapl-mmio shows the same packages again. Since Linux 5.10 only root may read them (CVE-2020-8694).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Unmetered } from '../../contract/energy.js';
import { listEntries, readNumber, readText } from '../kernel-text.js';
import { createReadings, type Meter, monotonicMs, unmetered } from './meter.js';

const ZONES = 'sys/class/powercap';
/** The counter is updated about every millisecond (Intel SDM volume 3, 15.10). */
const UPDATE_MS = 1;
/** Often enough to see every wrap: the smallest range, 65 kJ, lasts five minutes at 200 W. */
const LONGEST_UNREAD_MS = 10_000;
/** If a wrap would mean more power than this, the counter was reset instead, as happens after sleep. */
const MOST_WATTS = 5_000;

const ROOT_ONLY = 'is readable by root only';
const ALLOW_RAPL = 'allow it until the next start with: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj';

interface Domain {
  name: string;
  path: string;
  /** Where the counter starts again from zero; null where the system does not say. */
  rangeMicrojoules: number | null;
  last: number;
  joules: number;
}

export function openPowercap(root: string, now: () => number = monotonicMs): Meter | Unmetered {
  const found = findDomains(root);
  if (found.length === 0) return unmetered('no RAPL counters in /sys/class/powercap (a virtual machine has none)');
  const domains: Domain[] = [];
  for (const { name, path } of found) {
    const last = readCounter(root, path);
    if (typeof last === 'string') return unmetered(last, last.endsWith(ROOT_ONLY) ? ALLOW_RAPL : null);
    domains.push({ name, path, rangeMicrojoules: readNumber(root, `${path}/max_energy_range_uj`), last, joules: 0 });
  }
  const readings = createReadings();
  let latest = now();

  const read = () => {
    const atMs = now();
    for (const domain of domains) {
      const fault = advance(domain, readCounter(root, domain.path), atMs - latest);
      if (fault !== null) readings.fail(fault);
    }
    latest = atMs;
    readings.add({ atMs, joules: Object.fromEntries(domains.map(({ name, joules }) => [name, joules])) });
    return atMs;
  };
  read();
  const timer = setInterval(read, LONGEST_UNREAD_MS);
  timer.unref();
  return {
    tier: 'counter',
    source: `RAPL: ${domains.map(({ name }) => name).join(', ')}`,
    updateMs: UPDATE_MS,
    read,
    known: async () => {},
    usedBetween: readings.usedBetween,
    close: () => clearInterval(timer),
  };
}

/** `package-0` and `package-0 dram`, of every package. */
function findDomains(root: string): { name: string; path: string }[] {
  return listEntries(root, ZONES, /^intel-rapl:\d+$/).flatMap((zone) => {
    const name = readText(root, `${ZONES}/${zone}/name`);
    if (name === null || !name.startsWith('package')) return [];
    const memory = listEntries(root, ZONES, new RegExp(`^${zone}:\\d+$`)).filter(
      (part) => readText(root, `${ZONES}/${part}/name`) === 'dram',
    );
    return [
      { name, path: `${ZONES}/${zone}` },
      ...memory.map((part) => ({ name: `${name} dram`, path: `${ZONES}/${part}` })),
    ];
  });
}

/** Microjoules, or the reason why they cannot be read. */
function readCounter(root: string, zone: string): number | string {
  const path = `/${zone}/energy_uj`;
  try {
    const text = readFileSync(join(root, path), 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : `${path} holds no number`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return `${path} ${ROOT_ONLY}`;
    return `${path} cannot be read (${code})`;
  }
}

/** Adds what was used since the last reading. Returns the reason where the counter can no longer be followed. */
function advance(domain: Domain, counter: number | string, elapsedMs: number): string | null {
  if (typeof counter === 'string') return counter;
  const { rangeMicrojoules, last, name } = domain;
  let used = counter - last;
  if (used < 0) {
    used += rangeMicrojoules ?? 0;
    const most = MOST_WATTS * (elapsedMs + UPDATE_MS) * 1000;
    if (used < 0 || used > most) return `the counter of ${name} was set back`;
  }
  domain.joules += used / 1e6;
  domain.last = counter;
  return null;
}
