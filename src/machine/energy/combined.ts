// Several meters as one: processor and GPU of one case.
import type { Joules, Meter } from './meter.js';

export function combineMeters(meters: Meter[]): Meter {
  return {
    tier: meters.some(({ tier }) => tier === 'coarse') ? 'coarse' : 'counter',
    source: meters.map(({ source }) => source).join(' + '),
    updateMs: Math.max(...meters.map(({ updateMs }) => updateMs)),
    // The earliest moment: at it, one is exact and the others lie between two readings.
    read: () => Math.min(...meters.map((meter) => meter.read())),
    async known(atMs) {
      await Promise.all(meters.map((meter) => meter.known(atMs)));
    },
    usedBetween(startMs, endMs) {
      const used = meters.map((meter) => meter.usedBetween(startMs, endMs));
      const fault = used.find((joules) => typeof joules === 'string');
      return fault ?? (Object.assign({}, ...used) as Joules);
    },
    close() {
      for (const meter of meters) meter.close();
    },
  };
}
