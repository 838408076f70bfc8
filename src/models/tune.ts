// Writes tuned checkpoints: the graph of another one, rewritten step by step, with its tokenizer and configuration.
// Streaming and atomic, like synthesis; the same source and steps give the same bytes, so that a redo finds them.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import type { CheckpointFile, Manifest } from '../contract/manifest.js';
import { problem } from '../errors.js';
import { decoderOf } from '../formats/onnx/decoder-interface.js';
import { externalFiles } from '../formats/onnx/external-data.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { isPrefillGraph, prefillPath } from '../formats/onnx/prefill-graph.js';
import { readWholeModel } from '../formats/onnx/read.js';
import type { Draft, RewriteOptions } from '../formats/onnx/rewrite/draft.js';
import { rewrite, type StepName, type StepReport } from '../formats/onnx/rewrite/steps.js';
import { encodeModel } from '../formats/onnx/write.js';
import { createCacheDirectory, partialPath, removeAbandoned } from './cache.js';
import { type Checkpoint, faultOf, hashFile, MANIFEST, openCheckpoint, variantOf } from './checkpoint.js';
import { requireSpace, writeFailure, writeWhole } from './synthesize.js';
import { dataChunks, openTensors, placeTensors } from './tuned-graph.js';

export interface TuneOptions extends RewriteOptions {
  steps: readonly StepName[];
  cache: string;
  /** Instead of a place in the cache. */
  directory?: string | undefined;
  signal?: AbortSignal;
  onBytes?: (doneBytes: number, totalBytes: number) => void;
}

export interface Tuned {
  checkpoint: Checkpoint;
  reports: StepReport[];
  /** false: it was there, made of the same source by the same steps, and whole. */
  written: boolean;
}

/** Raise it when a step's result changes: old checkpoints are then made anew. */
const REWRITER = 1;

export async function tuneCheckpoint(source: Checkpoint, options: TuneOptions): Promise<Tuned> {
  const model = readWholeModel(source.graph);
  const decoder = decoderOf(model);
  if (typeof decoder === 'string') throw problem('decoder-unsupported', { path: source.graph, reason: decoder });
  const { draft, reports } = rewrite({ model, made: new Map() }, options.steps, options);
  const steps = reports.filter(({ applied }) => applied).map(({ step }) => step);
  if (steps.length === 0) throw problem('nothing-to-tune', { path: source.graph, reports });

  const { files } = source.manifest;
  const graph = relative(source.directory, source.graph).replaceAll('\\', '/');
  const data = externalFiles(source.graph, model).map((name) => posix.join(posix.dirname(graph), name));
  const isRewritten = ({ path }: CheckpointFile) => path === graph || data.includes(path) || isPrefillGraph(path);
  const tuned = {
    source: hashOf(files.filter(isRewritten).map(({ sha256 }) => sha256)),
    plan: hashOf([REWRITER, files, steps, options.headBits]),
    steps,
  };
  const directory = resolve(options.directory ?? placeFor(source.manifest, tuned.plan, options.cache));
  const found = await findWhole(directory, tuned.plan);
  if (found !== null) return { checkpoint: found, reports, written: false };
  const others = files.filter((file) => !isRewritten(file)).map(({ path }) => path);
  await writeCheckpoint({ source, draft, graph, others, tuned, directory }, options);
  return { checkpoint: openCheckpoint(directory), reports, written: true };
}

interface Work {
  source: Checkpoint;
  draft: Draft;
  /** Paths inside the checkpoint, old and new. */
  graph: string;
  others: string[];
  tuned: NonNullable<Manifest['tuned']>;
  directory: string;
}

async function writeCheckpoint(
  { source, draft, graph, others, tuned, directory }: Work,
  options: TuneOptions,
): Promise<void> {
  const parent = dirname(directory);
  createCacheDirectory(parent);
  removeAbandoned(parent);
  const dataPath = `${graph}_data`;
  const rewritten = placeTensors(draft, basename(dataPath));
  await requireSpace(parent, rewritten.bytes);
  const partial = partialPath(directory);
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(dirname(join(partial, graph)), { recursive: true });
    const files: CheckpointFile[] = [];
    if (rewritten.placed.length > 0) {
      const sha256 = await writeData(join(partial, dataPath), source.graph, rewritten, options);
      files.push({ path: dataPath, bytes: rewritten.bytes, sha256 });
    }
    const graphs = { [graph]: rewritten.model, ...(rewritten.prefill && { [prefillPath(graph)]: rewritten.prefill }) };
    for (const [path, model] of Object.entries(graphs)) await writeFile(join(partial, path), encodeModel(model));
    for (const path of others) await copyOther(path, source, partial, basename(graph));
    for (const path of [...Object.keys(graphs), ...others]) {
      const at = join(partial, path);
      files.push({ path, bytes: statSync(at).size, sha256: await hashFile(at) });
    }
    const { parameters } = graphFacts(rewritten.model);
    const manifest: Manifest = { ...source.manifest, parameters, files, tuned };
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(directory, { recursive: true, force: true });
    await rename(partial, directory);
  } catch (error) {
    throw await writeFailure(error, parent, rewritten.bytes);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** `<cache>/rewritten/<model>/<variant>-<plan>`. */
function placeFor(manifest: Manifest, plan: string, cache: string): string {
  const repo = manifest.weights === 'real' ? manifest.source.repo : null;
  const model = repo?.replace('/', '--') ?? basename(resolve(manifest.model));
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'model';
  const variant = variantOf({ ...manifest, tuned: undefined });
  return join(cache, 'rewritten', plain(model), `${plain(variant)}-${plan.slice(0, 8)}`);
}

/** The checkpoint of that plan, when it is there and whole; throws where something else is in its place. */
async function findWhole(directory: string, plan: string): Promise<Checkpoint | null> {
  if (!existsSync(directory)) return null;
  const found = existsSync(join(directory, MANIFEST)) ? openCheckpoint(directory) : null;
  if (found?.manifest.tuned === undefined) {
    const what = `${directory} exists and is not a checkpoint that \`models tune\` wrote`;
    throw problem('input-invalid', { what, expected: 'a directory that does not exist yet' });
  }
  return found.manifest.tuned.plan === plan && (await faultOf(found)) === null ? found : null;
}

async function writeData(
  path: string,
  graph: string,
  { placed, bytes }: ReturnType<typeof placeTensors>,
  { signal, onBytes }: TuneOptions,
): Promise<string> {
  const hash = createHash('sha256');
  const tensors = openTensors(graph);
  const file = await open(path, 'wx');
  try {
    let done = 0;
    for (const chunk of dataChunks(placed, tensors.read)) {
      await writeWhole(file, chunk, done);
      hash.update(chunk);
      done += chunk.length;
      signal?.throwIfAborted();
      onBytes?.(done, bytes);
    }
  } finally {
    await file.close();
    tensors.close();
  }
  return hash.digest('hex');
}

/** Copied, not linked: ONNX Runtime refuses external data behind links. The configuration learns of the data file. */
async function copyOther(path: string, source: Checkpoint, directory: string, graph: string): Promise<void> {
  const [from, to] = [join(source.directory, path), join(directory, path)];
  await mkdir(dirname(to), { recursive: true });
  if (path !== 'config.json') return copyFile(from, to);
  const text = readFileSync(from, 'utf8');
  await writeFile(to, withOneDataFile(text, graph));
}

/** config.json for a graph with one data file; the same bytes where it says so already. */
export function withOneDataFile(text: string, graph: string): string {
  const config = JSON.parse(text) as Record<string, unknown>;
  const own = (config['transformers.js_config'] ?? {}) as Record<string, unknown>;
  const given = own.use_external_data_format;
  if (typeof given !== 'object' || given === null) {
    if (Number(given) === 1) return text;
    own.use_external_data_format = true;
  } else own.use_external_data_format = { ...given, [graph]: true };
  return `${JSON.stringify({ ...config, 'transformers.js_config': own }, null, 2)}\n`;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
