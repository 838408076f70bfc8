// Processor time since the system started, for the CPUs that this process may use: busy, and stolen by a hypervisor.
// Linux: /proc/stat, in hundredths of a second. Elsewhere os.cpus(), which does not include stolen time.
import os from 'node:os';
import { readText } from '../kernel-text.js';

const TICK_MS = 10;

interface Spent {
  busyMs: number;
  stealMs: number | null;
}

/** By CPU, so that one that goes offline in between is left out. */
export type CpuTimes = Map<number, Spent>;

export function readCpuTimes(root: string, allowed: Set<number> | null): CpuTimes {
  const stat = readText(root, 'proc/stat');
  const times = stat === null ? timesOfNode() : parseStat(stat);
  if (allowed === null) return times;
  return new Map([...times].filter(([cpu]) => allowed.has(cpu)));
}

/** Parses the `cpuN` lines: user nice system idle iowait irq softirq steal. Time of guests is part of user. */
export function parseStat(stat: string): CpuTimes {
  return new Map(
    [...stat.matchAll(/^cpu(\d+) +(.+)$/gm)].map(([, cpu, fields]) => {
      const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal] = fields!.split(' ').map(Number);
      const busyMs = (user + nice + system + irq + softirq) * TICK_MS;
      return [Number(cpu), { busyMs, stealMs: steal === undefined ? null : steal * TICK_MS }];
    }),
  );
}

function timesOfNode(): CpuTimes {
  return new Map(
    os.cpus().map(({ times }, cpu) => {
      const { user, nice, sys, irq } = times;
      return [cpu, { busyMs: user + nice + sys + irq, stealMs: null }];
    }),
  );
}

/** What was spent between two readings. A counter that went backwards, as some do after sleep, counts as unchanged. */
export function spentBetween(before: CpuTimes, after: CpuTimes): { cpus: number } & Spent {
  const pairs = [...before].flatMap(([cpu, start]) => {
    const end = after.get(cpu);
    return end === undefined ? [] : [{ start, end }];
  });
  const sum = (value: (spent: Spent) => number) =>
    pairs.reduce((total, { start, end }) => total + Math.max(0, value(end) - value(start)), 0);
  const hasSteal = pairs.length > 0 && pairs.every(({ start, end }) => start.stealMs !== null && end.stealMs !== null);
  return {
    cpus: pairs.length,
    busyMs: sum(({ busyMs }) => busyMs),
    stealMs: hasSteal ? sum(({ stealMs }) => stealMs!) : null,
  };
}

/** The CPUs that this process may use, as the kernel lists them: `0-3,8`. null where it does not list them. */
export function allowedCpus(root: string): string | null {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText(root, 'proc/self/status') ?? '')?.[1] ?? null;
}
