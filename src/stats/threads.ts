// Which number of threads a search chooses. Pure.
import type { ThreadSearch } from '../contract/result.js';
import { median } from './summary.js';

/** A thread that gains less than this is not worth using. */
const WORTH = 0.03;

/** Up to 8 cores are tried one by one, more in powers of two; `automatic` is always among them. */
export function threadCounts(usableCores: number, automatic: number): number[] {
  const counts = new Set([automatic, usableCores]);
  if (usableCores <= 8) for (let count = 1; count < usableCores; count++) counts.add(count);
  for (let count = 1; count < usableCores; count *= 2) counts.add(count);
  return [...counts].sort((a, b) => a - b);
}

/** The fewest threads within 3 % of the best; prefill and decode count equally. null if nothing was measured. */
export function chooseThreads(tried: ThreadSearch['tried']): { chosen: number; why: string } | null {
  const scored = tried
    .filter(({ prefillRate, decodeRate }) => prefillRate.length > 0 && decodeRate.length > 0)
    .map(({ threads, prefillRate, decodeRate }) => ({
      threads,
      score: Math.sqrt(median(prefillRate) * median(decodeRate)),
    }));
  if (scored.length === 0) return null;
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  const enough = scored.filter(({ score }) => score >= (1 - WORTH) * best.score);
  const { threads } = enough.reduce((a, b) => (b.threads < a.threads ? b : a));
  const measure = 'by the geometric mean of prefill and decode rate';
  if (threads === best.threads) return { chosen: threads, why: `the best ${measure}` };
  return { chosen: threads, why: `the fewest within ${WORTH * 100} % of the best (${best.threads}) ${measure}` };
}
