// How much memory a bandwidth is measured over: as much as a token reads, because the cache may hold part of it. Rounded down,
// since less memory is never read more slowly, so the ceiling stays above every case that it is for. Pure.

export const LARGEST_WORKING_SET = 2 ** 30;
const SMALLEST_WORKING_SET = 2 ** 22;
/** Steps between one power of two and the next. */
const STEPS = 4;

/** At most a quarter of the memory. */
export function workingSetFor(tokenBytes: number, memoryBytes: number): number {
  const most = Math.min(LARGEST_WORKING_SET, memoryBytes / 4);
  const bytes = Math.max(SMALLEST_WORKING_SET, Math.min(tokenBytes, most));
  const step = 2 ** Math.floor(Math.log2(bytes)) / STEPS;
  return Math.floor(bytes / step) * step;
}

/** 1, 2, 4 … and the last, for a table of thread scaling. */
export function threadCounts(most: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  return [...new Set([...powers, most])];
}
