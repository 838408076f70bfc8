// Several meters read as one: processor and GPU of a case.
import type { Joules, Meter } from './meter.js';

export function combineMeters(meters: Meter[]): Meter {
  return {
    tier: meters.some(({ tier }) => tier === 'coarse') ? 'coarse' : 'counter',
    source: meters.map(({ source }) => source).join(' + '),
    updateMs: Math.max(...meters.map(({ updateMs }) => updateMs)),
    // At the earliest moment one meter is exact, and the others lie between two of their readings.
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
