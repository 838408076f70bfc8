// The options of a run: as callers give them, and as the engine hands them to its parts.
import type { Sources } from '../models/source.js';
import type { Executor } from '../worker/executor.js';
import type { Listener } from './events.js';

export interface RunOptions {
  /** What runs models: `localExecutor()`, or a fake in tests. */
  executor: Executor;
  /** The folder of result documents, written after every round; null: the document is kept in memory alone. */
  results: string | null;
  /** Names this machine instead of its hardware slug. */
  machine?: string | undefined;
  /** Search for the best number of threads first. */
  tune?: 'threads' | undefined;
  /** Measure also where the CPU computes part of what a GPU was asked for. */
  allowFallback?: boolean | undefined;
  /** Measure what this machine can do at best, before and after; on unless false. */
  ceilings?: boolean | undefined;
  /** Aborting ends the run after the round at hand is dropped; `run` then rejects with `interrupted`. */
  signal?: AbortSignal | undefined;
  onEvent?: Listener | undefined;
}

/** Nothing is left to defaults, and the models are known. */
export interface EngineOptions extends RunOptions {
  sources: Sources;
  allowFallback: boolean;
  ceilings: boolean;
  signal: AbortSignal;
  onEvent: Listener;
}
