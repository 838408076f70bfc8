// The condition of the machine during one round: readings before and after it, and of the clock in between, all taken by
// the parent. What this system does not provide is null, and `unknown` says why.
import os from 'node:os';
import type { Condition } from '../../contract/condition.js';
import { cpuNumbers } from '../../contract/cpu-list.js';
import { readCpuQuota } from './cgroup.js';
import { allowedCpus, readCpuTimes, spentBetween } from './cpu-time.js';
import { readFrequency } from './frequency.js';
import { pressureBetween, readMemoryPressure } from './memory-pressure.js';
import { readPowerSource } from './power.js';
import { readResidency } from './residency.js';
import { passiveCooling, readTemperatures, readThrottleCounters, throttledBetween } from './thermal.js';

/** What the worker reports at its end, from getrusage. */
interface WorkerUsage {
  cpuMs: number;
  majorFaults: number;
}

/** `graph` is the path of the model file; the weights lie beside it. */
export function watchCondition(graph: string, root = '/', platform: NodeJS.Platform = process.platform) {
  const unknown: Record<string, string> = {};
  const known = <T>(name: string, value: T | null, reason: string): T | null => {
    if (value === null) unknown[name] = platform === 'linux' ? reason : `not read on ${platform}`;
    return value;
  };
  const residency = readResidency(graph);
  if (typeof residency === 'string') unknown.residency = residency;
  const cpuset = allowedCpus(root);
  const allowed = cpuset === null ? null : new Set(cpuNumbers(cpuset));
  const counters = () => ({
    memory: readMemoryPressure(root, platform),
    quota: readCpuQuota(root),
    temperatures: readTemperatures(root),
    throttle: readThrottleCounters(root),
    load: os.loadavg()[0]!,
    own: process.cpuUsage(),
    cpu: readCpuTimes(root, allowed),
    at: performance.now(),
  });
  const first = readFrequency(root, allowed);
  const mhz: number[] = [];
  const before = counters();

  return {
    /** Reads the clock; called between two iterations. */
    sample(): void {
      const now = first === null ? null : readFrequency(root, allowed);
      if (now !== null) mhz.push(Math.round(now.mhz));
    },
    finish(worker: WorkerUsage): Condition {
      const after = counters();
      const spent = spentBetween(before.cpu, after.cpu);
      const own = process.cpuUsage(before.own);
      const edgeproof = (own.user + own.system) / 1000;
      return {
        wallMs: Math.round(after.at - before.at),
        cpus: spent.cpus,
        cpuset: known('cpuset', cpuset, 'no Cpus_allowed_list in /proc/self/status'),
        loadAverage: platform === 'win32' ? known('loadAverage', null, '') : { before: before.load, after: after.load },
        cpuMs: {
          worker: Math.round(worker.cpuMs),
          edgeproof: Math.round(edgeproof),
          others: Math.max(0, Math.round(spent.busyMs - worker.cpuMs - edgeproof)),
          steal: known('steal', spent.stealMs, 'no steal time in /proc/stat'),
        },
        quota: known('quota', quotaBetween(before.quota, after.quota), 'no cpu.stat in /sys/fs/cgroup'),
        frequency: known(
          'frequency',
          first === null ? null : { driver: first.driver, governors: first.governors, maxMhz: first.maxMhz, mhz },
          'neither cpufreq in /sys nor a clock in /proc/cpuinfo',
        ),
        temperature: known(
          'temperature',
          hottest(before.temperatures, after.temperatures),
          'no sensor of the processor in /sys/class/hwmon or /sys/class/thermal',
        ),
        throttle: known(
          'throttle',
          throttledBetween(before.throttle, after.throttle),
          'no thermal_throttle counters in /sys/devices/system/cpu',
        ),
        passiveCooling: known(
          'passiveCooling',
          passiveCooling(root),
          'no cooling of the processor in /sys/class/thermal',
        ),
        power: known('power', readPowerSource(root, platform), 'no power supply in /sys/class/power_supply'),
        memory: known('memory', pressureBetween(before.memory, after.memory), 'no pswpin and pswpout in /proc/vmstat'),
        workerMajorFaults: worker.majorFaults,
        residency: typeof residency === 'string' ? null : residency,
        unknown,
      };
    },
  };
}

function quotaBetween(before: Condition['quota'], after: Condition['quota']): Condition['quota'] {
  if (before === null || after === null) return null;
  return { cores: after.cores, throttledMs: Math.max(0, Math.round(after.throttledMs - before.throttledMs)) };
}

/** The sensor with the highest temperature after the round. */
function hottest(before: Map<string, number>, after: Map<string, number>): Condition['temperature'] {
  const [found] = [...after].filter(([sensor]) => before.has(sensor)).sort(([, a], [, b]) => b - a);
  if (found === undefined) return null;
  const [sensor, afterC] = found;
  return { sensor, beforeC: before.get(sensor)!, afterC };
}
