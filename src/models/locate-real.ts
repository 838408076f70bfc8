// Finds real weights on this disk, without a network: pulled from the hub, in a folder, or in a single .onnx or .gguf
// file.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { entriesOf } from '../contract/directory.js';
import { type Dtype, ONNX_DTYPES, type OnnxDtype } from '../contract/dtypes.js';
import type { GraphFacts } from '../contract/graph-facts.js';
import type { RealManifest } from '../contract/manifest.js';
import { isRegularFile } from '../contract/regular-file.js';
import { problem } from '../errors.js';
import { ggufDtype, ggufFacts } from '../formats/gguf/facts.js';
import { readGguf } from '../formats/gguf/read.js';
import { externalFiles } from '../formats/onnx/external-data.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { readModel } from '../formats/onnx/read.js';
import { graphFile, selectFiles } from '../hub/selection.js';
import { type Checkpoint, faultOf, hashFile, MANIFEST, openCheckpoint } from './checkpoint.js';
import { pulledCommit, realDirectory } from './real.js';
import { DEFAULT_REVISION, type ModelReference } from './reference.js';

/** The files of a checkpoint with real weights, which are not hashed yet. */
export interface Located {
  /** As the user named it. */
  name: string;
  directory: string;
  /** Relative to the directory, like all paths here. */
  graph: string;
  dtype: Dtype;
  paths: string[];
  /** The command that makes or pulls it again; '' for files of the user. */
  command: string;
  /** With the recorded hashes; null for files of the user. */
  pulled: Checkpoint | null;
  kind: RealManifest['source']['kind'];
}

/** Hashes nothing. Throws checkpoint-missing with the command that pulls it, dtype-missing, or input-invalid. */
export function locateReal(name: string, reference: ModelReference, wanted: Dtype, cache: string): Located {
  if (reference.kind === 'gguf') return ggufFile(name, reference.path);
  const tuned = reference.kind === 'folder' ? tunedIn(reference.path) : null;
  if (tuned !== null) return inTuned(name, tuned);
  const dtype = ONNX_DTYPES.find((known) => known === wanted);
  if (dtype === undefined) throw problem('dtype-missing', { where: name, dtype: wanted, available: [] });
  if (!('path' in reference)) return inCache(name, reference, dtype, cache);
  if (reference.kind === 'folder') return inFolder(name, reference.path, dtype);
  if (reference.kind === 'onnx') return singleFile(name, reference.path);
  const what = `${name} is a configuration; it has no real weights`;
  throw problem('input-invalid', { what, expected: '--weights synthetic' });
}

type HubReference = Extract<ModelReference, { kind: 'hub' | 'registry' }>;

/** The repository and revision that a name stands for: the revision in the name, else the pinned one, else `main`. */
export function hubTarget(reference: HubReference): { repo: string; revision: string } {
  if (reference.kind === 'hub') return reference;
  const { hub, id, pin } = reference.model;
  if (hub === null) {
    const expected = 'a hub id (org/name) of an ONNX export, or --weights synthetic';
    throw problem('input-invalid', { what: `models.json names no hub repository with ONNX files for ${id}`, expected });
  }
  return { repo: hub, revision: reference.revision ?? pin?.revision ?? DEFAULT_REVISION };
}

export function pullCommand(name: string, dtype: string): string {
  return `edgeproof models pull ${name} --dtype ${dtype}`;
}

function inCache(name: string, reference: HubReference, dtype: OnnxDtype, cache: string): Located {
  const { repo, revision } = hubTarget(reference);
  const command = pullCommand(name, dtype);
  const commit = pulledCommit(cache, repo, revision);
  const directory = commit === null ? null : realDirectory(cache, repo, commit, dtype);
  if (directory === null || !existsSync(join(directory, MANIFEST))) {
    const at = revision === DEFAULT_REVISION ? '' : ` at ${revision}`;
    throw problem('checkpoint-missing', { name: `${name} ${dtype} with real weights (${repo}${at})`, command });
  }
  const { manifest, ...checkpoint } = openCheckpoint(directory);
  if (manifest.weights !== 'real')
    throw problem('checkpoint-altered', { name, fault: `${directory} is not real`, command });
  const paths = manifest.files.map(({ path }) => path);
  const pulled = { ...checkpoint, manifest };
  return { name, directory, graph: manifest.graph, dtype, paths, command, pulled, kind: 'hub' };
}

/** The checkpoint that `models tune` wrote to this folder; null for any other folder. */
export function tunedIn(path: string): Checkpoint | null {
  const found = existsSync(join(path, MANIFEST)) ? openCheckpoint(path) : null;
  return found?.manifest.tuned === undefined ? null : found;
}

function inTuned(name: string, found: Checkpoint): Located {
  const { directory, manifest } = found;
  const paths = manifest.files.map((file) => file.path);
  const { kind } = manifest.weights === 'real' ? manifest.source : { kind: 'folder' as const };
  const graph = relative(directory, found.graph).replaceAll('\\', '/');
  const command = `edgeproof models tune ${manifest.model}`;
  return { name, directory, graph, dtype: manifest.dtype, paths, command, pulled: found, kind };
}

function inFolder(name: string, path: string, dtype: OnnxDtype): Located {
  const names = [...entriesOf(path), ...entriesOf(join(path, 'onnx')).map((file) => `onnx/${file}`)].filter((file) =>
    isRegularFile(join(path, file)),
  );
  const { graph, paths } = selectFiles(path, names, dtype);
  const command = pullCommand('<org/name>', dtype);
  return { name, directory: path, graph, dtype, paths, command, pulled: null, kind: 'folder' };
}

function singleFile(name: string, path: string): Located {
  const graph = basename(path);
  const paths = [graph, ...externalFiles(path, readModel(path))];
  const dtype = dtypeOfFile(path);
  return { name, directory: dirname(path), graph, dtype, paths, command: '', pulled: null, kind: 'onnx' };
}

function ggufFile(name: string, path: string): Located {
  const file = readGguf(path);
  const parts = file.metadata.get('split.count');
  if (typeof parts === 'number' && parts > 1) {
    throw problem('gguf-invalid', { path, reason: `it is one of ${parts} parts; join them with llama-gguf-split` });
  }
  const graph = basename(path);
  const dtype = ggufDtype(file);
  return { name, directory: dirname(path), graph, dtype, paths: [graph], command: '', pulled: null, kind: 'gguf' };
}

/** The dtype that the name of an .onnx file states; without one, that of its most frequent matrix format. */
export function dtypeOfFile(path: string): OnnxDtype {
  const named = graphFile(`onnx/${basename(path)}`)?.dtype;
  if (named !== undefined && named !== 'fp32') return named;
  const { formats, kv } = graphFacts(readModel(path));
  const half = kv?.shapes[0]?.type === 'float16';
  const byBits: Record<number, OnnxDtype> = { 2: half ? 'q2f16' : 'q2', 4: half ? 'q4f16' : 'q4', 8: 'q8', 16: 'fp16' };
  return byBits[formats[0]?.bits ?? 32] ?? 'fp32';
}

/** What a .onnx or .gguf file says of its own speed. */
export function factsOf(path: string): GraphFacts {
  if (path.endsWith('.gguf')) return ggufFacts(readGguf(path));
  const model = readModel(path);
  // A graph can be looked at without its weights; those that are here must be what it says.
  externalFiles(path, model, { mayBeMissing: true });
  return graphFacts(model);
}

export function locatedBytes({ directory, paths }: Located): number {
  return paths.reduce((sum, path) => sum + statSync(join(directory, path)).size, 0);
}

/** Hashes every file. Throws checkpoint-altered where a recorded hash differs; files of the user get a new manifest. */
export async function openReal(located: Located, onBytes: (bytes: number) => void): Promise<Checkpoint> {
  const { name, pulled, command } = located;
  if (pulled === null) return describe(located, onBytes);
  const fault = await faultOf(pulled, onBytes);
  if (fault !== null) throw problem('checkpoint-altered', { name, fault, command });
  requirePlainData(located);
  return pulled;
}

async function describe(located: Located, onBytes: (bytes: number) => void): Promise<Checkpoint<RealManifest>> {
  const { name, directory, graph, dtype, paths, kind } = located;
  requirePlainData(located);
  const files = [];
  for (const path of paths) {
    const at = join(directory, path);
    files.push({ path, bytes: statSync(at).size, sha256: await hashFile(at, onBytes) });
  }
  const path = join(directory, graph);
  const { parameters } = factsOf(path);
  const source = { kind, repo: null, revision: null, license: null };
  const what = { schemaVersion: 1, model: name, weights: 'real', dtype } as const;
  return { directory, graph: path, manifest: { ...what, source, graph, parameters, files } };
}

/** Throws where a graph names data files other than plain ones beside it. */
export function requirePlainData({ directory, paths }: Pick<Located, 'directory' | 'paths'>): void {
  for (const path of paths.filter((path) => path.endsWith('.onnx'))) {
    const at = join(directory, path);
    externalFiles(at, readModel(at));
  }
}
