// Proves where a case on a GPU runs, before its first round: a GPU that is missing, or of which the CPU did the work,
// fails the case instead of giving numbers under a wrong name.

import { fallbackOf, type Placement } from '../contract/placement.js';
import type { CaseResult, Round } from '../contract/result.js';
import { type EdgeproofError, failureOf } from '../errors.js';
import { type AskOptions, askPlacement } from '../worker/ask.js';

export interface PlacementOptions extends AskOptions {
  allowFallback: boolean;
}

/** Stores the placement with the case; the failed round instead of a measurement, or null when it may be measured. */
export async function unprovenRound(
  result: CaseResult,
  cases: CaseResult[],
  job: { graph: string; vocabSize: number; round: number },
  { allowFallback, ...options }: PlacementOptions,
): Promise<Round | null> {
  const { ep, threads, options: session, workload } = result.key;
  const onSession = workload.kind !== 'micro' || workload.task === 'session-run';
  if (ep === 'cpu' || !onSession) return null;
  const startedAt = new Date().toISOString();
  const failed = (error: EdgeproofError): Round => ({
    status: 'failed',
    index: job.round,
    startedAt,
    failure: failureOf(error),
  });
  try {
    const { graph, vocabSize } = job;
    result.placement ??=
      knownPlacement(cases, result) ??
      (await askPlacement({ ep, graph, threads, options: session, vocabSize }, options));
  } catch (error) {
    options.signal?.throwIfAborted();
    return failed(error as EdgeproofError);
  }
  const fallback = fallbackOf(result.placement, ep);
  return fallback === null || allowFallback ? null : failed(fallback);
}

/** Cases of one checkpoint on one provider run the same nodes, whatever is asked of them. */
function knownPlacement(cases: CaseResult[], { key }: CaseResult): Placement | undefined {
  const runOf = ({ model, weights, layout, dtype, ep, options }: CaseResult['key']) =>
    JSON.stringify([model, weights, layout, dtype, ep, options]);
  return cases.find((other) => other.placement !== undefined && runOf(other.key) === runOf(key))?.placement;
}
