// What people ask of results: the metrics by which tables over many results are sorted and filtered. Pure, and free of zod,
// because `--help` reads it.
import type { MetricName } from './metric-names.js';

export interface Wish {
  /** Its word in options: `--sort decode`, `--min-decode 10`. */
  word: string;
  /** A limit from below where more is better, else from above. */
  bound: 'min' | 'max';
  /** What is written behind the option. */
  metavar: 'tok/s' | 'time' | 'size';
  help: string;
  /** What several cases do: `decode`, and behind the verb: `at least 10 tok/s`. */
  verb: string;
  object(limit: string): string;
  /** What the case with the best value is. */
  best: string;
}

/** In the order in which a sentence names them: the first is the one by which the best is told. */
export const WISHES = {
  decodeRate: {
    ...{ word: 'decode', bound: 'min', metavar: 'tok/s', best: 'the fastest' },
    help: 'only cases that decode at least so many tokens a second',
    verb: 'decode',
    object: (limit) => `at least ${limit}`,
  },
  prefillRate: {
    ...{ word: 'prefill', bound: 'min', metavar: 'tok/s', best: 'the fastest' },
    help: 'only cases that read prompts at least this fast',
    verb: 'read',
    object: (limit) => `prompts at ${limit} or more`,
  },
  sustainedRate: {
    ...{ word: 'sustained', bound: 'min', metavar: 'tok/s', best: 'the fastest' },
    help: 'only cases that keep up this decode rate',
    verb: 'keep',
    object: (limit) => `up ${limit} or more`,
  },
  ttftMs: {
    ...{ word: 'ttft', bound: 'max', metavar: 'time', best: 'the first to answer' },
    help: 'only cases with their first token after 500ms, 2s … at most',
    verb: 'answer',
    object: (limit) => `within ${limit}`,
  },
  microMs: {
    ...{ word: 'time', bound: 'max', metavar: 'time', best: 'the fastest' },
    help: 'only small operations that take this time at most',
    verb: 'take',
    object: (limit) => `${limit} at most`,
  },
  loadMs: {
    ...{ word: 'load', bound: 'max', metavar: 'time', best: 'the first to be loaded' },
    help: 'only cases that load within this time',
    verb: 'load',
    object: (limit) => `within ${limit}`,
  },
  coldLoadMs: {
    ...{ word: 'cold-load', bound: 'max', metavar: 'time', best: 'the first to be loaded' },
    help: 'the same from a disk whose files are not cached',
    verb: 'load',
    object: (limit) => `from the disk within ${limit}`,
  },
  peakRssBytes: {
    ...{ word: 'memory', bound: 'max', metavar: 'size', best: 'the smallest' },
    help: 'only cases whose peak memory is 2GB, 800MB … at most',
    verb: 'need',
    object: (limit) => `at most ${limit} of memory`,
  },
} as const satisfies Partial<Record<MetricName, Wish>>;

export type WishedMetric = keyof typeof WISHES;
export const WISHED_METRICS = Object.keys(WISHES) as WishedMetric[];

export function wishRow(metric: WishedMetric): Wish {
  return WISHES[metric];
}
