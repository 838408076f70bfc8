// The JSON of github-action-benchmark, tools customBiggerIsBetter and customSmallerIsBetter: one direction a file. Pure.
import type { ExportCase, ExportFigure } from '../../contract/views/export.js';
import { METRICS } from '../../stats/metrics.js';
import { plural, spread } from '../format.js';
import { printableJson } from '../printable.js';

/** The same figure in another unit would be a second chart, and a second alarm. */
const isOwnFigure = ({ metric }: ExportFigure) =>
  METRICS[metric].compared !== undefined && METRICS[metric].compared.sameAs === undefined;

export function githubActionBenchmark(cases: readonly ExportCase[], better: ExportFigure['better']): string {
  const entries = cases.flatMap(({ machine, name, startedAt, figures }) =>
    figures
      .filter((figure) => figure.better === better && isOwnFigure(figure))
      .map(({ title, unit, median, interval95, rounds }) => {
        const range = spread({ median, interval: interval95 });
        return {
          name: `${machine} · ${name} · ${title}`,
          unit,
          value: median,
          ...(range === '' ? {} : { range }),
          extra: `median of ${plural(rounds, 'round')}, measured ${startedAt}`,
        };
      }),
  );
  return `${printableJson(JSON.stringify(entries, null, 2))}\n`;
}
