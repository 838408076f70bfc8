// Bencher Metric Format: benchmark → measure → value with the limits of its interval. Pure.
import type { ExportCase } from '../../contract/views/export.js';
import { printableJson } from '../printable.js';

export function bencherMetricFormat(cases: readonly ExportCase[]): string {
  const benchmarks = cases.map(({ machine, id, figures }) => {
    const measures = figures.map(({ metric, median, interval95 }) => [
      slug(metric),
      { value: median, ...(interval95 && { lower_value: interval95.low, upper_value: interval95.high }) },
    ]);
    return [`${machine}/${id}`, Object.fromEntries(measures)];
  });
  return `${printableJson(JSON.stringify(Object.fromEntries(benchmarks), null, 2))}\n`;
}

/** `peakRssBytes` → `peak-rss-bytes`, as Bencher names measures. */
function slug(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
