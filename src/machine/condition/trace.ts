// Temperature and clock of the processor every few seconds, read from outside the worker during a sustained workload.
import type { TracePoint } from '../../contract/condition.js';
import { cpuNumbers } from '../../contract/cpu-list.js';
import { allowedCpus } from './cpu-time.js';
import { readFrequency } from './frequency.js';
import { readTemperatures, readThrottleCounters, throttledBetween } from './thermal.js';

/** Reading the clock of a core may take the kernel some milliseconds; at this interval the cost cannot be measured. */
const INTERVAL_MS = 5_000;

export function traceProcessor(root = '/', now: () => number = () => performance.now()) {
  const cpuset = allowedCpus(root);
  const allowed = cpuset === null ? null : new Set(cpuNumbers(cpuset));
  const before = readThrottleCounters(root);
  const points: TracePoint[] = [];
  let startedMs: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const sinceStart = () => Math.round(now() - startedMs!);
  /** `atMs` is taken before the readings, which take milliseconds themselves. */
  const read = (atMs: number) => {
    const mhz = readFrequency(root, allowed)?.mhz;
    const temperatures = [...readTemperatures(root).values()];
    points.push({
      atMs,
      mhz: mhz === undefined ? null : Math.round(mhz),
      celsius: temperatures.length === 0 ? null : Math.max(...temperatures),
      throttleEvents: throttledBetween(before, readThrottleCounters(root))?.events ?? null,
    });
  };
  return {
    /** The first call starts the clock; later ones do nothing. */
    start(): void {
      if (startedMs !== null) return;
      startedMs = now();
      read(0);
      timer = setInterval(() => read(sinceStart()), INTERVAL_MS);
      timer.unref();
    },
    /** Takes the last reading and returns all of them. */
    finish(): TracePoint[] {
      clearInterval(timer);
      if (startedMs !== null) read(sinceStart());
      return points;
    },
  };
}
