// When warm-up is over: passes are repeated until they stop getting faster. The worker decides by it while it runs, and
// reports tell from the stored passes whether the trend had ended. Pure.

export type WarmUp = number | 'auto';

const FEWEST = 3;
export const MOST_WARM_UP_PASSES = 8;
/** A smaller gain is the noise of a pass. */
const GAIN = 0.05;

/** Arrival times of the tokens of one pass. */
type Pass = Readonly<{ tokenMs: readonly number[] }>;

export function isWarmingUp(warmUp: WarmUp, passes: readonly Pass[]): boolean {
  if (warmUp !== 'auto') return passes.length < warmUp;
  return !trendHasEnded(passes) && passes.length < MOST_WARM_UP_PASSES;
}

/** The last two passes are less than 5 % faster than the fastest one before them, in prefill and in decode. */
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
