// A checkpoint on this disk: a directory in transformers.js layout plus `edgeproof.json`, which lists every file
// with its hash. The manifest is written last, so a directory without one is not a checkpoint.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { problem } from '../errors.js';
import { readJsonFile } from '../json-file.js';
import { DTYPES, LAYOUTS } from './architectures/linear.js';
import { ROUTINGS } from './architectures/schedule.js';
import { entriesOf } from './cache.js';

export const MANIFEST = 'edgeproof.json';

export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.string(),
  weights: z.enum(['synthetic']),
  layout: z.enum(LAYOUTS),
  dtype: z.enum(DTYPES),
  /** Which experts its tokens use; null where there are none to choose from. */
  routing: z.enum(ROUTINGS).nullable().default(null),
  seed: z.int(),
  /** Hash of the graph plan, the seed and the generator: a checkpoint made from another plan is remade. */
  plan: z.string(),
  parameters: z.int(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string() })),
});

export type Manifest = z.infer<typeof manifestSchema>;

export interface Checkpoint {
  directory: string;
  /** The .onnx file that a runtime opens. */
  graph: string;
  manifest: Manifest;
}

export function openCheckpoint(directory: string): Checkpoint {
  const manifest = readJsonFile(join(directory, MANIFEST), manifestSchema);
  const graph = manifest.files.find((file) => file.path.endsWith('.onnx'));
  if (graph === undefined) {
    throw problem('file-invalid', { path: join(directory, MANIFEST), issues: ['files: names no .onnx file'] });
  }
  return { directory, graph: join(directory, graph.path), manifest };
}

export function checkpointBytes(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** `<cache>/synthetic/<model>/<layout>-<dtype>`, with the routing behind it where there are experts. */
export function syntheticDirectory(
  cache: string,
  model: string,
  layout: string,
  dtype: string,
  routing: string | null = null,
): string {
  return join(cache, 'synthetic', model, [layout, dtype, routing].filter((part) => part !== null).join('-'));
}

/** Every complete checkpoint in the cache. */
export function listCheckpoints(cache: string): Checkpoint[] {
  const root = join(cache, 'synthetic');
  return entriesOf(root)
    .flatMap((model) => entriesOf(join(root, model)).map((name) => join(root, model, name)))
    .filter((directory) => !directory.includes('.partial-') && existsSync(join(directory, MANIFEST)))
    .map(openCheckpoint);
}

/** What is wrong with the files of a checkpoint: a sentence for the first fault, or null when all hashes hold. */
export async function faultOf(
  checkpoint: Checkpoint,
  onBytes: (bytes: number) => void = () => {},
): Promise<string | null> {
  for (const file of checkpoint.manifest.files) {
    const path = join(checkpoint.directory, file.path);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return `${file.path} is missing`;
    if (size !== file.bytes) return `${file.path} has ${size} bytes instead of ${file.bytes}`;
    if ((await hashFile(path, onBytes)) !== file.sha256) return `${file.path} was altered (its SHA-256 differs)`;
  }
  return null;
}

export async function hashFile(path: string, onBytes: (bytes: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 22 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      onBytes(chunk.length);
    }
  });
  return hash.digest('hex');
}
