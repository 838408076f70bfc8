// The dimensions given to `run` on the command line, as overrides of a suite.

import type { SuiteOverrides } from '../suite/load.js';
import { parseOptions } from '../suite/option-parsing.js';
import { parseRanges } from '../suite/ranges.js';
import type { WarmUp } from '../suite/warm-up.js';
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
  option?: string[];
  prompt?: string;
  new?: string;
  depth?: string;
  seconds?: number;
  rounds?: number;
  target?: number;
  budget?: number;
  iterations?: number;
  warmup?: WarmUp;
  cold?: boolean;
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
    options: options.option === undefined ? undefined : parseOptions(options.option),
    limits: limitSetsOf(options),
    prompt: lengths('prompt', 1),
    new: lengths('new', 1),
    depth: lengths('depth', 0),
    seconds: options.seconds,
    rounds: options.rounds,
    target: options.target,
    budget: options.budget,
    iterations: options.iterations,
    warmup: options.warmup,
    cold: options.cold,
    seed: options.seed,
    timeoutSeconds: options.timeout,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
