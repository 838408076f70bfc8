// The least and the most of every whole number that a user writes: in a suite, behind an option, in a stored result. Pure,
// and free of zod, because `--help` reads it.

export interface Bounds {
  least: number;
  most: number;
}

/** Processors that Linux can be built for, and far more than any machine has threads for. */
export const MOST_CPUS = 8192;

export const BOUNDS = {
  threads: { least: 1, most: MOST_CPUS },
  /** The longest published context is 10 million tokens; runtimes count positions in 32 bits, which three of these fit. */
  prompt: { least: 1, most: 2 ** 24 },
  depth: { least: 0, most: 2 ** 24 },
  /** A worker sends the times of a pass in one message, and a result stores them all. */
  new: { least: 1, most: 1_000_000 },
  /** The document is written anew after each round. */
  rounds: { least: 1, most: 1000 },
  /** Below 6, no limits exist at 95 %. */
  pairs: { least: 6, most: 1000 },
  /** Seeds leave room for 999 passes of a round, so that no two draw the same prompt. */
  iterations: { least: 1, most: 900 },
  warmup: { least: 0, most: 90 },
  /** Seeds of iterations are counted up from it, and stay exact. */
  seed: { least: 0, most: 1_000_000_000 },
  /** One day, in seconds. */
  seconds: { least: 1, most: 86_400 },
  microMs: { least: 1, most: 3_600_000 },
  microSamples: { least: 2, most: 1_000_000 },
  microWarmup: { least: 0, most: 1_000_000 },
} as const satisfies Record<string, Bounds>;

/** Timers count milliseconds in 31 bits: 24 days, less the day that a workload may last. */
export const MOST_TIMEOUT_SECONDS = 2_000_000;
/** More memory than any machine has; every size up to it is exact in bytes. */
export const MOST_BYTES = 2 ** 50;
/** Cases of a suite: each has at least one process, one line of every table, and a place in every stored document. */
export const MOST_CASES = 10_000;
/** A change that counts: ten times slower, or more. */
export const MOST_PERCENT = 1000;
/** Names become parts of file names, of which most systems allow 255 bytes. */
export const MOST_NAME_LENGTH = 100;
