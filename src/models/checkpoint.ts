// A checkpoint on this disk: a directory in transformers.js layout plus `edgeproof.json`, which lists every file
// with its hash. The manifest is written last, so a directory without one is not a checkpoint.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { entriesOf } from '../contract/directory.js';
import { readJsonFile } from '../contract/json-file.js';
import { EdgeproofError, problem } from '../errors.js';
import { isPrefillGraph } from '../formats/onnx/prefill-graph.js';
import { REAL_DTYPES } from '../hub/selection.js';
import { DTYPES, LAYOUTS } from '../networks/blocks/linear.js';
import { ROUTINGS } from '../networks/blocks/schedule.js';

export const MANIFEST = 'edgeproof.json';

/** `split`: the tuned graph, and a second one that reads prompts (onnx/prefill-graph.ts). */
export const ONNX_LAYOUTS = [...LAYOUTS, 'split'] as const;
export type OnnxLayout = (typeof ONNX_LAYOUTS)[number];

/** And the one of GGUF files. */
export const CHECKPOINT_LAYOUTS = [...ONNX_LAYOUTS, 'gguf'] as const;
export type CheckpointLayout = (typeof CHECKPOINT_LAYOUTS)[number];

/** Named as transformers.js names them; the last are formats that only GGUF files have. */
export const CHECKPOINT_DTYPES = [...REAL_DTYPES, 'q3', 'q5', 'q6'] as const;
export type CheckpointDtype = (typeof CHECKPOINT_DTYPES)[number];

/** Inside the checkpoint, in plain letters: nothing that leads out of it. */
const SAFE_PATH = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

const fileSchema = z.strictObject({
  path: z.string().regex(SAFE_PATH),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});

/** Of a checkpoint that `models tune` wrote: what it was made from, and how. */
export const tuningSchema = z.strictObject({
  /** Hash of the source's graph and data. */
  source: z.string(),
  /** Hash of the source, the steps and the rewriter: equal for equal checkpoints. */
  plan: z.string(),
  /** Those that applied, in order. */
  steps: z.array(z.string()),
});

const syntheticSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.string(),
  weights: z.literal('synthetic'),
  layout: z.enum(CHECKPOINT_LAYOUTS),
  dtype: z.enum(DTYPES),
  /** Which experts its tokens use; null where there are none to choose from. */
  routing: z.enum(ROUTINGS).nullable().default(null),
  seed: z.int(),
  /** Hash of the graph plan, the seed and the generator: a checkpoint made from another plan is remade. */
  plan: z.string(),
  parameters: z.int(),
  files: z.array(fileSchema),
  tuned: tuningSchema.optional(),
});

const realSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What a suite calls it: a hub id or a path. */
  model: z.string(),
  weights: z.literal('real'),
  dtype: z.enum(CHECKPOINT_DTYPES),
  source: z.strictObject({
    kind: z.enum(['hub', 'folder', 'onnx', 'gguf']),
    repo: z.string().nullable(),
    /** Commit of the repository. */
    revision: z.string().nullable(),
    license: z.string().nullable(),
  }),
  /** The .onnx file of the language decoder, or the .gguf file. */
  graph: z.string().regex(SAFE_PATH),
  parameters: z.int(),
  files: z.array(fileSchema),
  tuned: tuningSchema.optional(),
});

/** The version first: a manifest of another one is told as that. */
const manifestSchema = z
  .looseObject({ schemaVersion: z.literal(1) })
  .pipe(z.discriminatedUnion('weights', [syntheticSchema, realSchema]));

export type SyntheticManifest = z.infer<typeof syntheticSchema>;
export type RealManifest = z.infer<typeof realSchema>;
export type Manifest = SyntheticManifest | RealManifest;
export type CheckpointFile = z.infer<typeof fileSchema>;

export interface Checkpoint<M extends Manifest = Manifest> {
  directory: string;
  /** The .onnx or .gguf file that a runtime opens. */
  graph: string;
  manifest: M;
}

export function openCheckpoint(directory: string): Checkpoint {
  const manifest = readJsonFile(join(directory, MANIFEST), manifestSchema);
  const extension = manifest.weights === 'synthetic' && manifest.layout === 'gguf' ? '.gguf' : '.onnx';
  const wanted = manifest.weights === 'real' ? manifest.graph : extension;
  const graph = manifest.files.find(({ path }) => path.endsWith(wanted) && !isPrefillGraph(path));
  if (graph === undefined) {
    throw problem('file-invalid', { path: join(directory, MANIFEST), issues: [`files: names no ${extension} file`] });
  }
  return { directory, graph: join(directory, graph.path), manifest };
}

export function checkpointBytes(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.bytes, 0);
}

/**
 * `tuned q4`, `tuned q4 balanced` where there are experts; a real checkpoint has the layout that its maker gave it. What
 * `models tune` made of either has the steps behind it.
 */
export function variantOf(manifest: Manifest): string {
  const layout = manifest.weights === 'real' ? null : manifest.layout;
  const routing = manifest.weights === 'real' ? null : manifest.routing;
  const variant = [layout, manifest.dtype, routing].filter((part) => part !== null).join(' ');
  return manifest.tuned === undefined ? variant : `${variant} + ${manifest.tuned.steps.join(', ')}`;
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

/** Every complete checkpoint in the cache; one that cannot be read is told to `onBroken` and passed over. */
export function listCheckpoints(cache: string, onBroken: (error: EdgeproofError) => void = () => {}): Checkpoint[] {
  const within = (directories: string[]) =>
    directories.flatMap((directory) => entriesOf(directory).map((name) => join(directory, name)));
  const synthetic = within(within([join(cache, 'synthetic')]));
  const real = within(within(within([join(cache, 'real')])));
  const rewritten = within(within([join(cache, 'rewritten')]));
  return [...synthetic, ...real, ...rewritten]
    .filter((directory) => !directory.includes('.partial') && existsSync(join(directory, MANIFEST)))
    .flatMap((directory) => {
      try {
        return [openCheckpoint(directory)];
      } catch (error) {
        if (!(error instanceof EdgeproofError)) throw error;
        onBroken(error);
        return [];
      }
    });
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
