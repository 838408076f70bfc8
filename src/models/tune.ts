// Tuned checkpoints: the graph of another one, rewritten step by step, with its tokenizer and configuration. The same
// source and steps give the same bytes, so a checkpoint that was made before is found again.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, posix, relative, resolve } from 'node:path';
import type { CheckpointFile, Manifest } from '../contract/manifest.js';
import { problem } from '../errors.js';
import { decoderOf } from '../formats/onnx/decoder-interface.js';
import { externalFiles } from '../formats/onnx/external-data.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { isPrefillGraph, prefillPath } from '../formats/onnx/prefill-graph.js';
import { readWholeModel } from '../formats/onnx/read.js';
import type { Draft, RewriteOptions } from '../formats/onnx/rewrite/draft.js';
import type { ReadTensor } from '../formats/onnx/rewrite/matrix.js';
import { bytesOf } from '../formats/onnx/rewrite/recipe-bytes.js';
import { rewrite, type StepName, type StepReport } from '../formats/onnx/rewrite/steps.js';
import { encodeModel } from '../formats/onnx/write.js';
import { type Checkpoint, variantOf } from './checkpoint.js';
import { ensureCheckpoint } from './ensure-checkpoint.js';
import { tunedIn } from './locate-real.js';
import { openTensors, placeTensors } from './tuned-graph.js';
import type { CheckpointContents, SmallFile } from './write-checkpoint.js';

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
  /** false: it was there already, made of the same source by the same steps, and whole. */
  written: boolean;
}

/** Raise this when the result of a step changes; checkpoints that were made before are then made anew. */
const REWRITER = 1;

/**
 * The graph of `source` rewritten by `options.steps`, as a checkpoint with the tokenizer and configuration of the
 * source. Throws decoder-unsupported, nothing-to-tune, or input-invalid where `options.directory` holds anything else.
 */
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
  requireOwnPlace(directory);
  const others = files.filter((file) => !isRewritten(file)).map(({ path }) => otherFile(path, source, graph));
  const tensors = openTensors(source.graph);
  try {
    const wanted = {
      directory,
      reject: ({ manifest }: Checkpoint) => (manifest.tuned?.plan === tuned.plan ? null : 'stale'),
      contents: () => contentsOf(draft, tensors.read, { graph, others, source, tuned }),
    };
    const { signal, onBytes } = options;
    const { checkpoint, written } = await ensureCheckpoint(wanted, {
      signal,
      onProgress: ({ step, doneBytes, totalBytes }) => step === 'write' && onBytes?.(doneBytes, totalBytes),
    });
    return { checkpoint, reports, written: written !== null };
  } finally {
    tensors.close();
  }
}

function contentsOf(
  draft: Draft,
  read: ReadTensor,
  p: { graph: string; others: SmallFile[]; source: Checkpoint; tuned: NonNullable<Manifest['tuned']> },
): CheckpointContents {
  const path = `${p.graph}_data`;
  const { model, prefill, placed, bytes } = placeTensors(draft, basename(path));
  const parts = placed.map((part) => ({ ...part, chunks: () => bytesOf(part.recipe, read) }));
  const graphs = [{ path: p.graph, content: encodeModel(model) }];
  if (prefill !== null) graphs.push({ path: prefillPath(p.graph), content: encodeModel(prefill) });
  const { parameters } = graphFacts(model);
  return {
    data: parts.length === 0 ? null : { path, bytes, parts },
    small: [...graphs, ...p.others],
    manifest: (files) => ({ ...p.source.manifest, parameters, files, tuned: p.tuned }),
  };
}

/** `<cache>/rewritten/<model>/<variant>-<plan>`. */
function placeFor(manifest: Manifest, plan: string, cache: string): string {
  const repo = manifest.weights === 'real' ? manifest.source.repo : null;
  const model = repo?.replace('/', '--') ?? basename(resolve(manifest.model));
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'model';
  const variant = variantOf({ ...manifest, tuned: undefined });
  return join(cache, 'rewritten', plain(model), `${plain(variant)}-${plan.slice(0, 8)}`);
}

/** Throws where something is in `directory` that `models tune` did not write. */
function requireOwnPlace(directory: string): void {
  if (!existsSync(directory) || tunedIn(directory) !== null) return;
  const what = `${directory} exists and is not a checkpoint that \`models tune\` wrote`;
  throw problem('input-invalid', { what, expected: 'a directory that does not exist yet' });
}

/** A file of the source for the tuned checkpoint: a copy, but config.json must say that there is one data file. */
function otherFile(path: string, source: Checkpoint, graph: string): SmallFile {
  const copyOf = join(source.directory, path);
  if (path !== 'config.json') return { path, copyOf };
  return { path, content: withOneDataFile(readFileSync(copyOf, 'utf8'), basename(graph)) };
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
