// OpenMetrics text: a gauge for each metric in base units, a sample for each case. No time stamps: what scrapes or compares
// it has its own. Pure.
import { METRIC_NAMES } from '../../contract/metric-names.js';
import type { ExportCase, ExportFigure } from '../../contract/views/export.js';
import { printableLine } from '../printable.js';

/** The unit ends the name of a family; `per` of ours are one of it. */
const BASE_UNITS: Record<ExportFigure['unit'], { unit: string; per: number }> = {
  ms: { unit: 'seconds', per: 1000 },
  'tok/s': { unit: 'tokens_per_second', per: 1 },
  bytes: { unit: 'bytes', per: 1 },
  'J/tok': { unit: 'joules', per: 1 },
};

export function openMetrics(cases: readonly ExportCase[]): string {
  const families = METRIC_NAMES.flatMap((metric) => {
    const samples = cases.flatMap((one) => {
      const figure = one.figures.find((own) => own.metric === metric);
      return figure === undefined ? [] : [{ one, figure }];
    });
    const [first] = samples;
    return first === undefined ? [] : [family(first.figure, samples)];
  });
  return `${families.join('')}# EOF\n`;
}

function family({ title, unit }: ExportFigure, samples: { one: ExportCase; figure: ExportFigure }[]): string {
  const base = BASE_UNITS[unit];
  const words = title.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const name = `edgeproof_${words}_${base.unit}`;
  return [
    `# TYPE ${name} gauge`,
    `# UNIT ${name} ${base.unit}`,
    `# HELP ${name} ${escaped(`${title}, median over rounds`)}`,
    ...samples.map(({ one, figure }) => `${name}{${labels(one)}} ${figure.median / base.per}`),
    '',
  ].join('\n');
}

function labels({ machine, suite, labels: dimensions }: ExportCase): string {
  const all = { machine, suite, ...dimensions };
  return Object.entries(all)
    .map(([name, value]) => `${labelName(name)}="${escaped(value)}"`)
    .join(',');
}

/** `option.session.x` → `option_session_x` */
function labelName(dimension: string): string {
  return dimension.replace(/[^A-Za-z0-9_]/g, '_');
}

function escaped(text: string): string {
  return printableLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
