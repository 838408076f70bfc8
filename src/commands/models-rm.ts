// `models rm`: frees the space of a model's checkpoints.
import { rmSync } from 'node:fs';
import { problem } from '../errors.js';
import type { Dtype, Layout } from '../models/architectures/linear.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes, listCheckpoints } from '../models/checkpoint.js';
import { modelById } from '../models/registry.js';
import { bytes } from '../report/format.js';
import { say } from './terminal.js';

export function removeModel(id: string, options: { layout?: Layout; dtype?: Dtype }): number {
  modelById(id);
  const chosen = listCheckpoints(cacheDirectory()).filter(
    ({ manifest }) =>
      manifest.model === id &&
      (options.layout === undefined || manifest.layout === options.layout) &&
      (options.dtype === undefined || manifest.dtype === options.dtype),
  );
  if (chosen.length === 0)
    throw problem('checkpoint-missing', {
      name: `a checkpoint of ${id}`,
      command: `edgeproof models synthesize ${id}`,
    });
  let freed = 0;
  for (const { directory, manifest } of chosen) {
    rmSync(directory, { recursive: true, force: true });
    freed += checkpointBytes(manifest);
    say(`removed ${directory}`);
  }
  process.stdout.write(`${bytes(freed)} freed\n`);
  return 0;
}
