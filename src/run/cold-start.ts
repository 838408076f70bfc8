// A cold start: before the round the checkpoint leaves the page cache, and the round keeps the proof, or why there is none.
import { join } from 'node:path';
import type { Round } from '../contract/result.js';
import type { Checkpoint } from '../models/checkpoint.js';
import { type AskOptions, askEviction } from '../worker/ask.js';

/** The round with what is known of the page cache at its start. */
export async function runCold(
  { directory, manifest }: Checkpoint,
  options: AskOptions,
  run: () => Promise<Round>,
): Promise<Round> {
  const pageCache = await askEviction(
    manifest.files.map(({ path }) => join(directory, path)),
    options,
  );
  const round = await run();
  return round.status === 'ok' ? { ...round, pageCache } : round;
}
