// When warm-up is over: passes are repeated until they stop getting faster. Pure: the worker decides by it as it
// goes, and whoever reads the stored passes later can tell whether the trend had ended.

export type WarmUp = number | 'auto';

const FEWEST = 3;
export const MOST_WARM_UP_PASSES = 8;
/** Faster by less is noise of a pass. */
const GAIN = 0.05;

/** Arrival times of the tokens of one pass. */
type Pass = Readonly<{ tokenMs: readonly number[] }>;

export function isWarmingUp(warmUp: WarmUp, passes: readonly Pass[]): boolean {
  if (warmUp !== 'auto') return passes.length < warmUp;
  return !trendHasEnded(passes) && passes.length < MOST_WARM_UP_PASSES;
}

/** Neither of the last two passes is faster than the fastest before them, in prefill or in decode, by 5 % or more. */
export function trendHasEnded(passes: readonly Pass[]): boolean {
  if (passes.length < FEWEST) return false;
  return [prefillMs, decodeMs].every((time) => {
    const times = passes.map(time);
    const before = Math.min(...times.slice(0, -2));
    return times.slice(-2).every((ms) => ms >= before * (1 - GAIN));
  });
}

const prefillMs = ({ tokenMs }: Pass) => tokenMs[0]!;
const decodeMs = ({ tokenMs }: Pass) => tokenMs.at(-1)! - tokenMs[0]!;
