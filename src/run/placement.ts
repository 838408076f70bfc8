// Proves where a case on a GPU runs, before its first round. A missing GPU, or one whose work the CPU did, fails the case:
// its numbers would stand under a wrong name.
import { fallbackOf, type Placement } from '../contract/placement.js';
import type { CaseResult, Round } from '../contract/result.js';
import { workloadRow } from '../contract/workloads.js';
import { failureOf } from '../errors.js';
import type { EngineOptions } from './options.js';

interface ProofOptions extends Pick<EngineOptions, 'executor' | 'allowFallback' | 'signal'> {
  timeoutSeconds: number;
}

/** Stores the placement with the case; the failed round instead of a measurement, or null when it may be measured. */
export async function unprovenRound(
  result: CaseResult,
  cases: CaseResult[],
  job: { graph: string; vocabSize: number; round: number },
  { executor, allowFallback, ...options }: ProofOptions,
): Promise<Round | null> {
  const { ep, threads, options: session, workload } = result.key;
  if (ep === 'cpu' || !workloadRow(workload).opensSession(workload)) return null;
  const startedAt = new Date().toISOString();
  const { graph, vocabSize, round: index } = job;
  const failed = (error: unknown): Round => ({ status: 'failed', index, startedAt, failure: failureOf(error) });
  try {
    result.placement ??=
      knownPlacement(cases, result) ??
      (await executor.placement({ ep, graph, threads, options: session, vocabSize }, options));
  } catch (error) {
    options.signal.throwIfAborted();
    return failed(error);
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
