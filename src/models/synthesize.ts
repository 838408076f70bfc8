// Synthetic checkpoints: the exact graph and shapes of a published model, filled with seeded random bytes. The same
// specification gives the same bytes on every machine.
import { isDeepStrictEqual } from 'node:util';
import type { CheckpointFile, SyntheticManifest } from '../contract/manifest.js';
import { weightChunks } from '../networks/random-weights.js';
import { type Checkpoint, MANIFEST, syntheticDirectory } from './checkpoint.js';
import { type CheckpointPlan, type CheckpointSpec, planCheckpoint } from './checkpoint-plan.js';
import { type Ensured, type EnsureOptions, ensureCheckpoint } from './ensure-checkpoint.js';
import { describeContent, type PlacedBytes } from './write-checkpoint.js';

/** The checkpoint of `spec`, verified by hash, or written now if it is absent, altered or made from another plan. */
export async function ensureSynthetic(
  spec: CheckpointSpec,
  { cache, ...options }: EnsureOptions & { cache: string },
): Promise<Ensured> {
  const plan = planCheckpoint(spec);
  const small = Object.entries(plan.small).map(([path, content]) => ({ path, content }));
  const wanted = {
    directory: syntheticDirectory(cache, spec.model.id, spec.layout, spec.dtype, plan.routing),
    reject: (found: Checkpoint) => rejection(found, spec, plan),
    contents: () => ({
      data: { path: plan.dataPath, bytes: plan.bytes, parts: placedBytes(plan, spec.seed) },
      small,
      manifest: (files: CheckpointFile[]) => manifestOf(spec, plan, files),
    }),
  };
  return ensureCheckpoint(wanted, options);
}

function rejection({ manifest }: Checkpoint, spec: CheckpointSpec, plan: CheckpointPlan): string | null {
  if (manifest.weights !== 'synthetic') return 'absent';
  if (manifest.plan !== plan.hash) return 'stale';
  // Everything but the hash of the data follows from the plan.
  const sha256 = manifest.files.find((file) => file.path === plan.dataPath)?.sha256 ?? '';
  const small = Object.entries(plan.small).map(([path, content]) => describeContent(path, content));
  const files = [{ path: plan.dataPath, bytes: plan.bytes, sha256 }, ...small];
  return isDeepStrictEqual(manifest, manifestOf(spec, plan, files)) ? null : `${MANIFEST} was altered`;
}

function manifestOf(spec: CheckpointSpec, plan: CheckpointPlan, files: CheckpointFile[]): SyntheticManifest {
  const { model, layout, dtype, seed } = spec;
  const { routing, parameters } = plan;
  const made = { routing, seed, plan: plan.hash, parameters, files };
  return { schemaVersion: 1, model: model.id, weights: 'synthetic', layout, dtype, ...made };
}

function placedBytes({ header, weights }: CheckpointPlan, seed: number): PlacedBytes[] {
  const parts = weights.map((weight) => ({ ...weight, chunks: () => weightChunks(weight, seed) }));
  return [{ offset: 0, bytes: header.length, chunks: () => [header] }, ...parts];
}
