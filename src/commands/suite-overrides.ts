// The dimensions given to `run` on the command line, as overrides of a suite.

import type { SuiteOverrides } from '../suite/load.js';
import { parseRanges } from '../suite/ranges.js';
import { type LimitOptions, limitSetsOf } from './limit-options.js';

/** Options as commander hands them over: lists split, lengths still as llama-bench's ranges. */
export interface DimensionOptions extends LimitOptions {
  model?: string[];
  weights?: string[];
  layout?: string[];
  dtype?: string[];
  runtime?: string[];
  ep?: string[];
  threads?: string;
  prompt?: string;
  new?: string;
  depth?: string;
  rounds?: number;
  iterations?: number;
  warmup?: number;
  seed?: number;
  timeout?: number;
}

export function suiteOverrides(options: DimensionOptions): SuiteOverrides {
  const lengths = (name: 'threads' | 'prompt' | 'new' | 'depth', least: number) => {
    const text = options[name];
    return text === undefined ? undefined : parseRanges(`--${name}`, text, least);
  };
  const given = {
    models: options.model,
    weights: options.weights,
    layouts: options.layout,
    dtypes: options.dtype,
    runtimes: options.runtime,
    eps: options.ep,
    threads: options.threads === 'auto' ? ['auto' as const] : lengths('threads', 1),
    limits: limitSetsOf(options),
    prompt: lengths('prompt', 1),
    new: lengths('new', 1),
    depth: lengths('depth', 0),
    rounds: options.rounds,
    iterations: options.iterations,
    warmup: options.warmup,
    seed: options.seed,
    timeoutSeconds: options.timeout,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
