// The curve of a sustained workload: decode rate in windows of ten seconds, its peak, what is left of it at the end,
// and when it fell. Rules: docs/metrics.md. Pure.
import type { GenerateIteration, OkRound } from '../contract/result.js';
import type { Sustained, Window } from '../contract/views/rounds.js';
import { median } from './summary.js';

export const WINDOW_SECONDS = 10;
/** A rate below this share of the peak that never recovers counts as throttled. */
export const THROTTLED = 0.9;
/** With fewer windows there is no meaningful last quarter. */
export const LEAST_WINDOWS = 4;

/** null for other workloads, and for fewer than four windows. */
export function sustainedOf(round: OkRound): Sustained | null {
  const windows = windowsOf(round);
  if (windows.length < LEAST_WINDOWS) return null;
  const rates = windows.map(({ tokensPerSecond }) => tokensPerSecond);
  const peakRate = Math.max(...rates);
  const sustainedRate = median(rates.slice(-Math.ceil(rates.length / 4)));
  const lastFast = rates.findLastIndex((rate) => rate >= THROTTLED * peakRate);
  const heat = round.trace?.find(({ throttleEvents }) => (throttleEvents ?? 0) > 0);
  return {
    windows,
    peakRate,
    sustainedRate,
    sustainedToPeak: sustainedRate / peakRate,
    throttledAfterSeconds: windows[lastFast + 1]?.startSeconds ?? null,
    heatCountedAfterSeconds: heat === undefined ? null : heat.atMs / 1000,
    countsHeat: round.trace?.some(({ throttleEvents }) => throttleEvents !== null) ?? false,
  };
}

/** Windows that were spent decoding for at least half of their time. Long prompts leave gaps, and the last window is cut short. */
function windowsOf(round: OkRound): Window[] {
  const spent: { tokens: number; ms: number }[] = [];
  for (const iteration of round.iterations) {
    if ('tokenMs' in iteration && iteration.startMs !== undefined) addGaps(iteration, iteration.startMs, spent);
  }
  const size = WINDOW_SECONDS * 1000;
  return Array.from(spent, (entry) => entry ?? { tokens: 0, ms: 0 }).flatMap(({ tokens, ms }, i): Window[] => {
    if (ms < size / 2) return [];
    const points = (round.trace ?? []).filter(({ atMs }) => atMs >= i * size && atMs < (i + 1) * size);
    return [
      {
        startSeconds: i * WINDOW_SECONDS,
        tokensPerSecond: (1000 * tokens) / ms,
        celsius: mean(points.flatMap(({ celsius }) => celsius ?? [])),
        mhz: mean(points.flatMap(({ mhz }) => mhz ?? [])),
      },
    ];
  });
}

/** Shares each gap between two tokens among the windows that it lies in. */
function addGaps({ tokenMs }: GenerateIteration, startMs: number, spent: { tokens: number; ms: number }[]): void {
  const size = WINDOW_SECONDS * 1000;
  for (let i = 1; i < tokenMs.length; i++) {
    const [from, to] = [startMs + tokenMs[i - 1]!, startMs + tokenMs[i]!];
    for (let at = from; at < to; ) {
      const window = Math.floor(at / size);
      const end = Math.min(to, (window + 1) * size);
      spent[window] ??= { tokens: 0, ms: 0 };
      spent[window].tokens += (end - at) / (to - from);
      spent[window].ms += end - at;
      at = end;
    }
  }
}

/** null for an empty list. */
export function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
