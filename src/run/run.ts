// The engine: suite → rounds → document. It prints nothing: callers learn what happens from events, and an executor runs models.
import type { ResultDocument } from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { openSources } from '../models/source.js';
import { isImpossible } from '../stats/ceiling-share.js';
import type { RoundsOverrides } from '../suite/override-rounds.js';
import { type Begun, beginRun, continueRun } from './begin.js';
import { measure } from './measure.js';
import type { EngineOptions, RunOptions } from './options.js';
import { requireModels } from './requirements.js';

/** Measures a suite and resolves with its document. Failed cases are recorded in it; throws EdgeproofError for bad input. */
export async function run<R extends string | null>(
  suite: Suite,
  options: RunOptions & { results: R },
): Promise<Begun<R>> {
  const complete = completed(options);
  // `results` decides whether there is a path.
  return carryOut(beginRun(suite, complete) as Begun<R>, complete);
}

/** Goes on with a stored document: `name` is a path or a name, true the newest unfinished one. */
export async function resume(
  name: string | true,
  more: RoundsOverrides,
  options: RunOptions & { results: string },
): Promise<Begun<string>> {
  const complete = completed(options);
  const begun = continueRun(name, more, { ...complete, results: options.results });
  // Ceilings are stored with the first round, so rounds without any were begun without them.
  const { cases, ceilings } = begun.document;
  const isWithout = ceilings === null && cases.some(({ rounds }) => rounds.length > 0);
  return carryOut(begun, { ...complete, ceilings: complete.ceilings && !isWithout });
}

/** Whether the answer of a run is no: a case failed, or its rate is impossible. */
export function hasFailed(document: ResultDocument): boolean {
  return document.cases.some((result) => result.status === 'failed' || isImpossible(document, result));
}

function completed(options: RunOptions): EngineOptions {
  const { signal = new AbortController().signal, onEvent = () => {}, allowFallback = false, ceilings = true } = options;
  return { ...options, sources: openSources(), signal, onEvent, allowFallback, ceilings };
}

async function carryOut<B extends Begun>(begun: B, options: EngineOptions): Promise<B> {
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
