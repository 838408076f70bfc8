// A cold start: before the round the checkpoint leaves the page cache. The round keeps the proof, or why there is none.
import { join } from 'node:path';
import type { Round } from '../contract/result.js';
import type { Checkpoint } from '../models/checkpoint.js';
import type { Executor, Job, RoundOptions } from '../worker/executor.js';

/** The round, with what is known of the page cache at its start. Nothing of the checkpoint is read in between. */
export async function runCold(
  executor: Executor,
  { directory, manifest }: Checkpoint,
  job: Job,
  options: RoundOptions,
): Promise<Round> {
  const { timeoutSeconds, signal } = options;
  const files = manifest.files.map(({ path }) => join(directory, path));
  const pageCache = await executor.evict(files, { timeoutSeconds, ...(signal && { signal }) });
  const round = await executor.round(job, options);
  return round.status === 'ok' ? { ...round, pageCache } : round;
}
