// Finds the checkpoints in the cache that a name stands for: an id of models.json, a hub id, or a name that
// `models list` shows.
import { rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Manifest } from '../contract/manifest.js';
import { type Checkpoint, listCheckpoints } from './checkpoint.js';
import { pulledCommit } from './real.js';
import { resolveReference } from './reference.js';
import type { Model } from './registry.js';

/** The model of models.json that a checkpoint belongs to, whatever name it was pulled under. */
export function modelOf(manifest: Manifest, registry: Model[]): Model | undefined {
  if (manifest.weights === 'synthetic') return registry.find(({ id }) => id === manifest.model);
  return registry.find(({ hub }) => hub !== null && hub === manifest.source.repo);
}

/** Throws model-unknown for a name without a meaning; returns an empty list where the cache has no such checkpoint. */
export function checkpointsOf(name: string, cache: string, registry: Model[]): Checkpoint[] {
  const all = listCheckpoints(cache);
  const listed = all.filter(({ manifest }) => manifest.weights === 'synthetic' && manifest.model === name);
  if (listed.length > 0 && !registry.some(({ id }) => id === name)) return listed;
  const reference = resolveReference(name, registry);
  if (reference.kind === 'hub') {
    const commit = name.includes('@') ? pulledCommit(cache, reference.repo, reference.revision) : null;
    return all.filter(
      ({ manifest }) =>
        manifest.weights === 'real' &&
        manifest.source.repo === reference.repo &&
        (!name.includes('@') || manifest.source.revision === commit),
    );
  }
  if (reference.kind === 'folder') return all.filter(({ directory }) => directory === resolve(reference.path));
  if (reference.kind !== 'registry') return [];
  const commit = reference.revision;
  return all.filter(
    ({ manifest }) =>
      modelOf(manifest, registry)?.id === reference.model.id &&
      (commit === null || (manifest.weights === 'real' && manifest.source.revision === commit)),
  );
}

/** Removes the parents of `directory` that are empty, up to but not including the cache. */
export function removeEmptyParents(directory: string, cache: string): void {
  for (let at = dirname(directory); at.startsWith(cache) && at !== cache; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}
