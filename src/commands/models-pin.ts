// `models pin`: writes the commit and the hashes of what is on this disk into models.json, or into a file of pins in the
// working directory where models.json belongs to an installed package.
import type { RealManifest } from '../contract/manifest.js';
import { problem, reasonOf } from '../errors.js';
import { cacheDirectory } from '../models/cache.js';
import { type Checkpoint, faultOf } from '../models/checkpoint.js';
import { checkpointsOf } from '../models/find-checkpoints.js';
import { hubTarget, pullCommand } from '../models/locate-real.js';
import { pinFile, pinFor, writeOwnPin, writePin } from '../models/pin.js';
import { pulledCommit } from '../models/real.js';
import { resolveReference } from '../models/reference.js';
import { loadRegistry, REGISTRY } from '../models/registry.js';
import { plural } from '../report/format.js';
import { print, say } from './terminal.js';

export async function pinModel(name: string, options: { registry?: string }): Promise<number> {
  const known = options.registry ?? REGISTRY;
  const path = options.registry ?? pinFile();
  const registry = loadRegistry(known);
  const reference = resolveReference(name, registry);
  if (reference.kind !== 'registry') {
    throw problem('input-invalid', {
      what: `${name} is not in ${known}, so there is no entry to pin`,
      expected: 'an id of that file',
    });
  }
  const cache = cacheDirectory();
  const { repo } = hubTarget(reference);
  const real = checkpointsOf(name, cache, registry).filter(isReal);
  const commit = reference.revision ?? pulledCommit(cache, repo, 'main') ?? real[0]?.manifest.source.revision;
  const chosen = real.filter(({ manifest }) => manifest.source.revision === commit);
  const command = pullCommand(name, 'q4');
  if (commit === null || commit === undefined || chosen.length === 0) {
    throw problem('checkpoint-missing', { name: `a real checkpoint of ${name}`, command });
  }
  for (const checkpoint of chosen) {
    const fault = await faultOf(checkpoint);
    if (fault !== null)
      throw problem('checkpoint-altered', { name: `${name} ${checkpoint.manifest.dtype}`, fault, command });
  }
  const pin = pinFor(chosen, commit, reference.model.pin);
  try {
    (path === known ? writePin : writeOwnPin)(path, reference.model.id, pin);
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error)) throw error;
    throw problem('file-unwritable', { path, reason: reasonOf(error) }, error);
  }
  const dtypes = chosen.map(({ manifest }) => manifest.dtype).join(', ');
  say(`${name}: ${dtypes} of ${repo} at ${commit}, ${plural(pin.files.length, 'file')} pinned`);
  print(path);
  return 0;
}

/** Whether the files are as published; a checkpoint that was tuned here cannot be pinned. */
function isReal(checkpoint: Checkpoint): checkpoint is Checkpoint<RealManifest> {
  return checkpoint.manifest.weights === 'real' && checkpoint.manifest.tuned === undefined;
}
