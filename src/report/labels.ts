// How cases are named in tables: what all of them share goes into the heading, what differs into the rows. Pure.
import type { CaseKey } from '../contract/case-key.js';
import { workloadRow } from '../contract/workloads.js';
import { caseDimensions } from '../suite/case-id.js';
import { DIMENSION_NAMES, dimensionOf, dimensionRow } from '../suite/dimensions.js';

/** llama-bench's labels: `pp512 tg128`, `pp512 tg128 @ d4096`, `pp64 tg128 for 180 s`. */
export function workloadLabel({ workload }: Pick<CaseKey, 'workload'>, without: readonly string[] = []): string {
  return workloadRow(workload).label(workload, without);
}

/** A case, as a result has it or a view. */
type Keyed = { key: CaseKey };

export interface Labels {
  /** The values that all cases share, in words. */
  shared: string;
  /** The dimensions that vary, each a column. */
  varying: string[];
  values(result: Keyed): Record<string, string>;
}

export function labelsOf(cases: readonly Keyed[]): Labels {
  const all = cases.map(dimensionsOf);
  const names = [...new Set(all.flatMap((dimensions) => Object.keys(dimensions)))].filter((name) => !isLength(name));
  const isVarying = (name: string) => new Set(all.map((dimensions) => dimensions[name])).size > 1;
  const fixed = Object.fromEntries(names.filter((name) => !isVarying(name)).map((name) => [name, all[0]![name]!]));
  const varying = names.filter(isVarying);
  return {
    shared: headingOf(fixed),
    varying,
    values(result) {
      const unnamed = varying.flatMap((name) => {
        const value = rowOf(name)?.unnamed?.(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      const own = Object.entries(dimensionsOf(result)).filter(([name]) => varying.includes(name));
      return Object.fromEntries([...unnamed, ...own]);
    },
  };
}

/** Beyond what the id says: ids of synthetic cases leave out their weights. */
function dimensionsOf({ key }: Keyed): Record<string, string> {
  return { ...caseDimensions(key), weights: key.weights };
}

/** `qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads`, in the order of the table of dimensions. */
export function headingOf(fixed: Record<string, string>): string {
  const names = DIMENSION_NAMES.flatMap((dimension) =>
    Object.keys(fixed).filter((name) => dimensionOf(name) === dimension && dimensionRow(dimension).label !== null),
  );
  return names.reduce((heading, name) => {
    const { follows } = rowOf(name)!;
    const separator = heading === '' ? '' : follows !== undefined && follows in fixed ? ' ' : ' · ';
    return heading + separator + dimensionWord([name, fixed[name]!]);
  }, '');
}

/** A dimension and its value outside of a table: `2 threads`, `spinning off`, `memory-limit 2GB`. */
export function dimensionWord([name, value]: [string, string]): string {
  return rowOf(name)?.label?.(value, name) ?? value;
}

/** A case in words that are the same in any company: `qwen2.5-0.5b · tuned q4 · onnxruntime · cpu · 2 threads · pp512 tg128`. */
export function caseWords(result: Keyed): string {
  const { weights } = result.key;
  return [labelsOf([result]).shared, workloadLabel(result.key), `${weights} weights`].join(' · ');
}

/** What tells a case from the others of its table, in words. Options at their defaults go without saying. */
export function caseLabel(labels: Labels, result: Keyed): string {
  const own = dimensionsOf(result);
  const told = Object.entries(labels.values(result)).filter(([name]) => name in own);
  return [...told.map(dimensionWord), workloadLabel(result.key)].join(' ');
}

function rowOf(name: string) {
  const dimension = dimensionOf(name);
  return dimension === null ? null : dimensionRow(dimension);
}

/** Lengths are in the name of the workload already. */
export function isLength(name: string): boolean {
  return rowOf(name)?.field === 'workloads';
}
