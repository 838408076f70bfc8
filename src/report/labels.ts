// How cases are named in tables: what all share goes into the heading, what differs into the row. Pure.

import { type CaseKey, caseDimensions } from '../contract/case-key.js';
import { defaultOption, isOptionDimension } from '../contract/option-set.js';
import { plural } from './format.js';

const LENGTHS = new Set(['prompt', 'new', 'depth', 'seconds']);
const LIMITS = ['memory-limit', 'swap-limit', 'cpu-quota', 'cpus'];

/** llama-bench's labels: `pp512 tg128`, with `@ d4096` where the cache was filled before, `for 180 s` where passes are repeated. */
export function workloadLabel({ workload }: Pick<CaseKey, 'workload'>): string {
  if (workload.kind === 'micro') return workload.task;
  const depth = workload.depth > 0 ? ` @ d${workload.depth}` : '';
  const time = workload.kind === 'sustained' ? ` for ${workload.seconds} s` : '';
  return `pp${workload.prompt} tg${workload.new}${depth}${time}`;
}

/** A case, as a result has it or a view. */
type Keyed = { key: CaseKey };

export interface Labels {
  /** Values of the dimensions that all cases share, in words. */
  shared: string;
  /** The dimensions that vary, each a column. */
  varying: string[];
  values(result: Keyed): Record<string, string>;
}

export function labelsOf(cases: readonly Keyed[]): Labels {
  const dimensionsOf = ({ key }: Keyed): Record<string, string> => ({
    ...caseDimensions(key),
    weights: key.weights,
  });
  const all = cases.map(dimensionsOf);
  const names = [...new Set(all.flatMap((dimensions) => Object.keys(dimensions)))].filter((name) => !LENGTHS.has(name));
  const options = names.filter(isOptionDimension);
  const varying = names.filter((name) => new Set(all.map((dimensions) => dimensions[name])).size > 1);
  const first = all[0] ?? {};
  const fixed = (name: string) => (varying.includes(name) ? null : (first[name] ?? null));
  const told = (name: string) => (fixed(name) === null ? null : dimensionWord([name, fixed(name)!]));
  const words = [
    fixed('model'),
    [fixed('layout'), fixed('dtype')].filter((word) => word !== null).join(' ') || null,
    fixed('runtime'),
    fixed('ep'),
    told('threads'),
    ...options.map(told),
    ...LIMITS.map(told),
  ];
  return {
    shared: words.filter((word) => word !== null).join(' · '),
    varying,
    values(result) {
      const defaults = options.map((name): [string, string] => [name, defaultOption(name)]);
      const dimensions = [...defaults, ...Object.entries(dimensionsOf(result))];
      return Object.fromEntries(dimensions.filter(([name]) => varying.includes(name)));
    },
  };
}

/** A dimension and its value outside of a table: `2 threads`, `spinning off`, `memory-limit 2GB`. */
export function dimensionWord([name, value]: [string, string]): string {
  if (name === 'threads') return plural(Number(value), 'thread');
  if (isOptionDimension(name)) return `${name.replace('option.', '')} ${value}`;
  return LIMITS.includes(name) ? `${name} ${value}` : value;
}

/** What tells a case from the others of its table, in words. */
export function caseLabel(labels: Labels, result: Keyed): string {
  return [...Object.entries(labels.values(result)).map(dimensionWord), workloadLabel(result.key)].join(' ');
}
