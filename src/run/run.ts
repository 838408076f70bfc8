// The engine: suite → rounds → document. It prints nothing: what happens is told by events, and an executor runs models.
import type { ResultDocument } from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { openSources } from '../models/source.js';
import { isImpossible } from '../stats/ceiling-share.js';
import type { RoundsOverrides } from '../suite/override-rounds.js';
import type { Executor } from '../worker/executor.js';
import { type Begun, beginRun, continueRun } from './begin.js';
import type { Listener } from './events.js';
import { type MeasureOptions, measure } from './measure.js';
import { requireModels } from './requirements.js';

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

/** Measures a suite and resolves with its document. Failed cases are recorded in it; throws EdgeproofError for bad input. */
export async function run<R extends string | null>(
  suite: Suite,
  options: RunOptions & { results: R },
): Promise<Begun<R>> {
  const { sources, complete } = prepare(options);
  // `results` decides whether there is a path.
  return carryOut(beginRun(suite, sources.traitsOf, complete) as Begun<R>, { ...complete, sources });
}

/** Goes on with a stored document: `name` is a path or a name, true the newest unfinished one. */
export async function resume(
  name: string | true,
  more: RoundsOverrides,
  options: RunOptions & { results: string },
): Promise<Begun<string>> {
  const { sources, complete } = prepare(options);
  return carryOut(continueRun(name, more, { ...complete, results: options.results }), { ...complete, sources });
}

/** Whether the answer of a run is no: a case failed, or its rate is impossible. */
export function hasFailed(document: ResultDocument): boolean {
  return document.cases.some((result) => result.status === 'failed' || isImpossible(document, result));
}

function prepare(options: RunOptions) {
  const { signal = new AbortController().signal, onEvent = () => {}, allowFallback = false, ceilings = true } = options;
  return { sources: openSources(), complete: { ...options, signal, onEvent, allowFallback, ceilings } };
}

async function carryOut<B extends Begun>(begun: B, options: MeasureOptions): Promise<B> {
  const { document, path } = begun;
  options.executor.requireReady(document.cases.map(({ key }) => key));
  requireModels(document, options.sources);
  options.onEvent({ type: 'begun', document, path });
  try {
    await measure(begun, options);
    return begun;
  } catch (error) {
    if (!options.signal.aborted) throw error;
    const measured = path !== null && document.cases.some((result) => result.rounds.length > 0);
    throw problem('interrupted', { resume: measured ? `edgeproof run --resume ${path}` : null });
  }
}
