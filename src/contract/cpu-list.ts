// Lists of processors as the kernel writes them: `0-3,8`.

import { MOST_CPUS } from './bounds.js';

export const CPU_LIST = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;

/** `0-2,5` → 0, 1, 2, 5. */
export function cpuNumbers(list: string): number[] {
  const numbers = rangesOf(list).flatMap(([first, last]) =>
    Array.from({ length: Math.min(MOST_CPUS, Math.max(0, last - first + 1)) }, (_, i) => first + i),
  );
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** 0, 1, 2, 5 → `0-2,5` */
export function cpuList(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** Whether no range runs backwards, as `3-1` does, or beyond what systems have. */
export function isGrowing(list: string): boolean {
  return rangesOf(list).every(([first, last]) => last >= first && last < MOST_CPUS);
}

function rangesOf(list: string): [number, number][] {
  return list.split(',').map((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return [first, last];
  });
}
