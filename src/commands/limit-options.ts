// `--memory-limit 512MB,1GB --cpu-quota 1.5 --cpus 0,1` as sets of limits: each combination is one.

import { CPU_LIST, isGrowing } from '../contract/cpu-list.js';
import { bytesOf, LEAST_QUOTA } from '../contract/limit-text.js';
import type { LimitSet } from '../contract/limits.js';
import { problem } from '../errors.js';

export interface LimitOptions {
  memoryLimit?: string[];
  swapLimit?: string[];
  cpuQuota?: string[];
  cpus?: string;
}

/** undefined where no limit is given: the suite keeps its own. */
export function limitSetsOf({ memoryLimit, swapLimit, cpuQuota, cpus }: LimitOptions): LimitSet[] | undefined {
  if (swapLimit !== undefined && memoryLimit === undefined) {
    throw problem('input-invalid', { what: '--swap-limit without --memory-limit', expected: 'both, or none' });
  }
  let sets: LimitSet[] = [{}];
  const multiply = (values: LimitSet[] | undefined) => {
    if (values !== undefined) sets = sets.flatMap((set) => values.map((value) => ({ ...set, ...value })));
  };
  multiply(memoryLimit?.map((memory) => ({ memory: sizeOf('--memory-limit', memory, 1) })));
  multiply(swapLimit?.map((swap) => ({ swap: sizeOf('--swap-limit', swap, 0) })));
  multiply(cpuQuota?.map((cores) => ({ cpuQuota: quotaOf(cores) })));
  multiply(cpus === undefined ? undefined : [{ cpus: cpusOf(cpus) }]);
  return sets.some((set) => Object.keys(set).length > 0) ? sets : undefined;
}

function sizeOf(option: string, text: string, least: number): string {
  const bytes = bytesOf(text);
  if (bytes !== null && bytes >= least) return text;
  throw problem('input-invalid', { what: `${option}: "${text}"`, expected: 'a size such as 512MB, 2GB or 1.5GiB' });
}

function quotaOf(text: string): number {
  const cores = Number(text);
  if (cores >= LEAST_QUOTA && Number.isFinite(cores)) return cores;
  const expected = `cores such as 1.5, ${LEAST_QUOTA} or more`;
  throw problem('input-invalid', { what: `--cpu-quota: "${text}"`, expected });
}

function cpusOf(text: string): string {
  if (CPU_LIST.test(text) && isGrowing(text)) return text;
  throw problem('input-invalid', { what: `--cpus: "${text}"`, expected: 'processors such as 0,1 or 0-3' });
}
