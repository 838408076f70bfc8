// The engine: suite → rounds → document. It prints nothing: callers learn what happens from events, and an executor runs models.
import { rmSync } from 'node:fs';
import type { ResultDocument } from '../contract/result.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { openSources } from '../models/source.js';
import { isImpossible } from '../stats/ceiling-share.js';
import { wrongCases } from '../stats/parity.js';
import { reserveResult } from '../store/files.js';
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
  const { document, path } = beginRun(suite, complete) as Begun<R>;
  requireRunnable(document, complete);
  const reserved = path === null ? path : (reserveResult(path, document) as R);
  try {
    return await carryOut({ document, path: reserved }, complete);
  } catch (error) {
    if (reserved !== null && !hasRounds(document)) rmSync(reserved, { force: true });
    throw error;
  }
}

/** Goes on with a stored document: `name` is a path or a name, true the newest unfinished one. */
export async function resume(
  name: string | true,
  more: RoundsOverrides,
  options: RunOptions & { results: string },
): Promise<Begun<string>> {
  const complete = completed(options);
  const begun = continueRun(name, more, { ...complete, results: options.results });
  requireRunnable(begun.document, complete);
  // Ceilings are stored with the first round, so rounds without any were begun without them.
  const { cases, ceilings } = begun.document;
  const isWithout = ceilings === null && cases.some(({ rounds }) => rounds.length > 0);
  return carryOut(begun, { ...complete, ceilings: complete.ceilings && !isWithout });
}

/** Whether the answer of a run is no: a case failed, its rate is impossible, or it computed something else. */
export function hasFailed(document: ResultDocument): boolean {
  const { cases } = document;
  if (cases.some((result) => result.status === 'failed' || isImpossible(document, result))) return true;
  return wrongCases(cases).length > 0;
}

function completed(options: RunOptions): EngineOptions {
  const { signal = new AbortController().signal, onEvent = () => {}, allowFallback = false, ceilings = true } = options;
  return { ...options, sources: openSources(), signal, onEvent, allowFallback, ceilings };
}

function requireRunnable(document: ResultDocument, { executor, sources }: EngineOptions): void {
  executor.requireReady(document.cases.map(({ key }) => key));
  requireModels(document, sources);
}

function hasRounds({ cases }: ResultDocument): boolean {
  return cases.some(({ rounds }) => rounds.length > 0);
}

async function carryOut<B extends Begun>(begun: B, options: EngineOptions): Promise<B> {
  const { document, path } = begun;
  options.onEvent({ type: 'begun', document, path });
  try {
    await measure(begun, options);
    return begun;
  } catch (error) {
    if (!options.signal.aborted) throw error;
    const measured = path !== null && hasRounds(document);
    throw problem('interrupted', { resume: measured ? `edgeproof run --resume ${path}` : null });
  }
}
