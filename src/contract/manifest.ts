// `edgeproof.json`: what a checkpoint is and which files it consists of, each with its hash.
import { z } from 'zod';
import { DTYPE_NAMES, SYNTHETIC_DTYPES } from './dtypes.js';
import { LAYOUT_NAMES } from './layouts.js';
import { ROUTINGS } from './vocabulary.js';

/** Inside the checkpoint, in plain letters: nothing that leads out of it. */
const SAFE_PATH = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

const fileSchema = z.strictObject({
  path: z.string().regex(SAFE_PATH),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});

/** What `models tune` made a checkpoint from, and how. */
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
  layout: z.enum(LAYOUT_NAMES),
  dtype: z.enum(SYNTHETIC_DTYPES),
  /** Which experts its tokens use; null where there are none to choose from. */
  routing: z.enum(ROUTINGS).nullable().default(null),
  seed: z.int(),
  /** Hash of the graph plan, the seed and the generator: a checkpoint made from another plan is remade. */
  plan: z.string(),
  parameters: z.int(),
  files: z.array(fileSchema),
  tuned: tuningSchema.optional(),
});

/** Where real weights came from. */
export const sourceSchema = z.strictObject({
  kind: z.enum(['hub', 'folder', 'onnx', 'gguf']),
  repo: z.string().nullable(),
  /** Commit of the repository. */
  revision: z.string().nullable(),
});

const realSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What a suite calls it: a hub id or a path. */
  model: z.string(),
  weights: z.literal('real'),
  dtype: z.enum(DTYPE_NAMES),
  source: sourceSchema.extend({ license: z.string().nullable() }),
  /** The .onnx file of the language decoder, or the .gguf file. */
  graph: z.string().regex(SAFE_PATH),
  parameters: z.int(),
  files: z.array(fileSchema),
  tuned: tuningSchema.optional(),
});

/** Checks the version first, so that a manifest of another version is named as such. */
export const manifestSchema = z
  .looseObject({ schemaVersion: z.literal(1) })
  .pipe(z.discriminatedUnion('weights', [syntheticSchema, realSchema]));

export type SyntheticManifest = z.infer<typeof syntheticSchema>;
export type RealManifest = z.infer<typeof realSchema>;
export type Manifest = SyntheticManifest | RealManifest;
export type CheckpointFile = z.infer<typeof fileSchema>;
