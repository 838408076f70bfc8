// `models rm`: deletes a model's checkpoints and its unfinished pulls, and says how much space that freed.
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import type { Weights } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { type LockOptions, lockOf, ownerInWords, withLock } from '../hub/lock.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointsOf, removeEmptyParents } from '../models/find-checkpoints.js';
import { hubTarget, pullCommand } from '../models/locate-real.js';
import { pulledCommit, repositoryDirectory } from '../models/real.js';
import { resolveReference } from '../models/reference.js';
import { loadRegistry, type Model } from '../models/registry.js';
import { bytes } from '../report/format.js';
import { print, say } from './terminal.js';

interface RemoveOptions {
  weights?: Weights;
  layout?: string;
  dtype?: string;
}

export async function removeModel(name: string, options: RemoveOptions): Promise<number> {
  const cache = cacheDirectory();
  const registry = loadRegistry();
  const { weights, layout, dtype } = options;
  const chosen = checkpointsOf(name, cache, registry)
    .filter(
      ({ manifest }) =>
        (weights === undefined || manifest.weights === weights) &&
        (layout === undefined || (manifest.weights === 'synthetic' && manifest.layout === layout)) &&
        (dtype === undefined || manifest.dtype === dtype),
    )
    .map(({ directory, manifest }) => ({ directory, weights: manifest.weights }));
  if (weights !== 'synthetic' && layout === undefined) {
    const unfinished = unfinishedPulls(name, cache, registry, dtype);
    chosen.push(...unfinished.map((directory) => ({ directory, weights: 'real' as const })));
  }
  if (chosen.length === 0) {
    const command = name.includes('/') ? pullCommand(name, dtype ?? 'q4') : `edgeproof models synthesize ${name}`;
    throw problem('checkpoint-missing', { name: `a checkpoint of ${name}`, command });
  }
  let freed = 0;
  const remove = (directory: string) => {
    // A pull may have finished and renamed it meanwhile.
    if (!existsSync(directory)) return;
    freed += bytesOnDisk(directory);
    rmSync(directory, { recursive: true, force: true });
  };
  for (const { directory, weights } of chosen) {
    if (weights === 'synthetic') remove(directory);
    else await withLock(lockOf(directory), notPulled(directory), async () => remove(directory));
    removeEmptyParents(directory, cache);
    say(`removed ${directory}`);
  }
  print(`${bytes(freed)} freed`);
  return 0;
}

/** Refuses to delete the files of a pull that is still running. */
function notPulled(directory: string): LockOptions {
  return {
    refuse: directory,
    onWait: (owner) => say(`${ownerInWords(owner)} has locked ${directory}; checking whether it is still running`),
  };
}

/** The `<dtype>.partial` directories of the repository. */
function unfinishedPulls(name: string, cache: string, registry: Model[], dtype: string | undefined): string[] {
  if (!name.includes('/') && !registry.some(({ id }) => id === name.split('@')[0])) return [];
  const reference = resolveReference(name, registry);
  if (reference.kind !== 'hub' && (reference.kind !== 'registry' || reference.model.hub === null)) return [];
  const { repo, revision } = hubTarget(reference);
  const root = repositoryDirectory(cache, repo);
  const only = name.includes('@') ? pulledCommit(cache, repo, revision) : null;
  return entriesOf(root)
    .filter((commit) => !name.includes('@') || commit === only)
    .flatMap((commit) => entriesOf(join(root, commit)).map((entry) => join(root, commit, entry)))
    .filter((path) => path.endsWith(dtype === undefined ? '.partial' : `${join(dirname(path), dtype)}.partial`));
}

/** The space that deleting it frees; the holes of an unfinished download take none. */
function bytesOnDisk(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const found = lstatSync(join(directory, name));
    return found.isFile() ? sum + Math.min(found.size, found.blocks * 512) : sum;
  }, 0);
}
