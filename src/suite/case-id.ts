// How cases are called: by their workload and the value of every dimension that tells them apart.
import type { CaseKey } from '../contract/case-key.js';
import type { Limits } from '../contract/limits.js';
import { workloadRow } from '../contract/workloads.js';
import { DIMENSION_NAMES, dimensionOf, dimensionRow } from './dimensions.js';

/** `generate/model=…/layout=…/dtype=…/runtime=…/ep=…/threads=…[/option.…=…][/memory-limit=…]/prompt=…/new=…[/depth=…]` */
export function caseId(key: CaseKey): string {
  const { workload } = key;
  const dimensions = Object.entries(caseDimensions(key)).map(([name, value]) => `${name}=${value}`);
  return [workloadRow(workload).name(workload), ...dimensions].join('/');
}

/** The dimensions that tell cases apart, by the names of their command-line options. */
export function caseDimensions(key: Partial<CaseKey>): Record<string, string> {
  const values = DIMENSION_NAMES.flatMap((name) => Object.entries(dimensionRow(name).inId(key)));
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

export function limitDimensions(limits: Limits | undefined): Record<string, string> {
  return caseDimensions({ limits });
}

/** The value of a dimension, also where the id leaves it out. */
export function dimensionValue({ key }: { key: CaseKey }, dimension: string): string {
  const row = dimensionOf(dimension);
  const values: Record<string, string> = { ...caseDimensions(key), weights: key.weights };
  return values[dimension] ?? (row === null ? undefined : dimensionRow(row).unnamed?.(dimension)) ?? 'none';
}
