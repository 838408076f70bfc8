// A checkpoint on this disk: a directory in transformers.js layout plus `edgeproof.json`, which lists every file
// with its hash. The manifest is written last, so a directory without one is not a checkpoint.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import { readJsonFile } from '../contract/json-file.js';
import { LAYOUTS } from '../contract/layouts.js';
import { type Manifest, manifestSchema } from '../contract/manifest.js';
import { EdgeproofError, problem } from '../errors.js';
import { isPrefillGraph } from '../formats/onnx/prefill-graph.js';

export const MANIFEST = 'edgeproof.json';

export interface Checkpoint<M extends Manifest = Manifest> {
  directory: string;
  /** The .onnx or .gguf file that a runtime opens. */
  graph: string;
  manifest: M;
}

/** Reads the manifest. Throws file-unreadable, json-broken or file-invalid. The files are not looked at. */
export function openCheckpoint(directory: string): Checkpoint {
  const manifest = readJsonFile(join(directory, MANIFEST), manifestSchema);
  const extension = manifest.weights === 'synthetic' ? `.${LAYOUTS[manifest.layout].format}` : '.onnx';
  const wanted = manifest.weights === 'real' ? manifest.graph : extension;
  const graph = manifest.files.find(({ path }) => path.endsWith(wanted) && !isPrefillGraph(path));
  if (graph === undefined) {
    throw problem('file-invalid', { path: join(directory, MANIFEST), issues: [`files: names no ${extension} file`] });
  }
  return { directory, graph: join(directory, graph.path), manifest };
}

/** null where there is none, or its manifest cannot be read, which `onBroken` is told. */
export function tryOpenCheckpoint(
  directory: string,
  onBroken: (error: EdgeproofError) => void = () => {},
): Checkpoint | null {
  try {
    return openCheckpoint(directory);
  } catch (error) {
    if (!(error instanceof EdgeproofError)) throw error;
    onBroken(error);
    return null;
  }
}

export function checkpointBytes(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.bytes, 0);
}

/**
 * How lists name a checkpoint of a model: `tuned q4`, `tuned q4 balanced` (with experts), `q4` (real weights), and
 * `q4 + accuracy-level, quantise-head` (written by `models tune`).
 */
export function variantOf(manifest: Manifest): string {
  const { layout, routing } = manifest.weights === 'real' ? { layout: null, routing: null } : manifest;
  const variant = [layout, manifest.dtype, routing].filter((part) => part !== null).join(' ');
  return manifest.tuned === undefined ? variant : `${variant} + ${manifest.tuned.steps.join(', ')}`;
}

/** `<cache>/synthetic/<model>/<layout>-<dtype>`, followed by `-<routing>` for a model with experts. */
export function syntheticDirectory(
  cache: string,
  model: string,
  layout: string,
  dtype: string,
  routing: string | null = null,
): string {
  return join(cache, 'synthetic', model, [layout, dtype, routing].filter((part) => part !== null).join('-'));
}

/** Every complete checkpoint in the cache. Calls `onBroken` for those whose manifest cannot be read. */
export function listCheckpoints(cache: string, onBroken: (error: EdgeproofError) => void = () => {}): Checkpoint[] {
  const within = (directories: string[]) =>
    directories.flatMap((directory) => entriesOf(directory).map((name) => join(directory, name)));
  const [synthetic, real, rewritten] = ['synthetic', 'real', 'rewritten'].map((kind) => within([join(cache, kind)]));
  return [...within(synthetic!), ...within(within(real!)), ...within(rewritten!)]
    .filter((directory) => !directory.includes('.partial') && existsSync(join(directory, MANIFEST)))
    .flatMap((directory) => tryOpenCheckpoint(directory, onBroken) ?? []);
}

/** The first file that is missing or altered, in a sentence; null when size and hash of every file are as listed. */
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

/** SHA-256 in hexadecimal; `onBytes` is given the bytes of each chunk. */
export async function hashFile(path: string, onBytes: (bytes: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    onBytes(chunk.length);
  }
  return hash.digest('hex');
}
