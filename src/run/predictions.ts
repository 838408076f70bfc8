// What `fit` would have said of each case before its first round: stored with it, so that predictions are held against what
// was measured (docs/fit.md).
import { join } from 'node:path';
import { machineDifference } from '../contract/machine.js';
import { PREDICTED_METRICS } from '../contract/prediction.js';
import type { CaseResult, ResultDocument } from '../contract/result.js';
import type { Digest } from '../contract/views/digest.js';
import { lengthsOf } from '../contract/workloads.js';
import { memoryLimitBytes } from '../machine/describe.js';
import { sizeOfGraph } from '../stats/digest.js';
import { digestsOf } from '../store/digests.js';
import { fileAt, resultsIn } from '../store/listing.js';
import { each } from '../verdict/efficiency.js';
import { predictionFor } from '../verdict/prediction.js';
import { machineTarget } from '../verdict/target.js';
import type { Checkpoints } from './jobs.js';
import type { EngineOptions } from './options.js';

/** Older ones say little that these do not. */
const MOST_RESULTS = 50;

/** Cases that have rounds or a prediction already, and kinds of work that are not predicted, are left as they are. */
export function addPredictions(
  document: ResultDocument,
  cases: readonly CaseResult[],
  checkpoints: Checkpoints,
  { results, sources }: Pick<EngineOptions, 'results' | 'sources'>,
): void {
  const wanted = cases.filter(
    ({ predicted, rounds, key }) => predicted === undefined && rounds.length === 0 && key.workload.kind === 'generate',
  );
  if (results === null || wanted.length === 0) return;
  const digests = earlierDigests(results, document);
  const familyOf = (model: string) => sources.registry.find(({ id }) => id === model)?.config.model_type ?? model;
  const on = { kind: 'this machine', id: document.machine.id, name: document.machine.cpu, class: null } as const;
  for (const result of wanted) {
    const { runtime, ep, threads, layout, dtype, workload } = result.key;
    const size = sizeOfGraph(checkpoints.of(result).facts);
    const lengths = lengthsOf(workload);
    if (size === null || lengths === null || threads === null) continue;
    const about = { on: { ...on, threads }, memoryBytes: memoryLimitBytes(), digests, familyOf, runtime, ep, threads };
    const target = machineTarget({ ...about, ceilings: document.ceilings });
    const prediction = predictionFor(target, size, lengths, layout, dtype);
    result.predicted = each(PREDICTED_METRICS, (metric) => prediction[metric]);
  }
}

/** The newest results of this machine. A file that cannot be read is named by the verbs that read results. */
function earlierDigests(directory: string, { machine }: ResultDocument): Digest[] {
  const files = resultsIn(join(directory, machine.id), () => {})
    .slice(-MOST_RESULTS)
    .map(fileAt);
  return digestsOf(files, { onPassedOver: () => {} }).filter((one) => machineDifference(one.machine, machine) === null);
}
