// The checkpoints that cases need: found on this disk or written now, verified with progress, each with the facts of its
// graph. Nothing here asks the network.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, say } from '../commands/terminal.js';
import type { ConfigFacts } from '../contract/config-facts.js';
import type { Dtype, SyntheticDtype } from '../contract/dtypes.js';
import type { GraphFacts } from '../contract/graph-facts.js';
import { parseJson, validate } from '../contract/json-file.js';
import type { Layout } from '../contract/layouts.js';
import type { Routing } from '../contract/routings.js';
import type { Weights } from '../contract/weights.js';
import { problem } from '../errors.js';
import { ggufConfigFacts, ggufDtype, ggufFacts } from '../formats/gguf/facts.js';
import { readGguf } from '../formats/gguf/read.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { planExternalData } from '../formats/onnx/graph-builder.js';
import { readModel } from '../formats/onnx/read.js';
import { memoryLimitBytes } from '../machine/memory-limit.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes } from '../models/checkpoint.js';
import { dtypesOf, planCheckpoint } from '../models/checkpoint-plan.js';
import { dtypeOfFile, type Located, locatedBytes, locateReal, openReal, tunedIn } from '../models/locate-real.js';
import { pinOf, pinState } from '../models/pin.js';
import { type ModelReference, resolveReference } from '../models/reference.js';
import { configSchema, loadRegistry, type Model } from '../models/registry.js';
import { ensureSynthetic } from '../models/synthesize.js';
import type { ModelConfig } from '../networks/architecture.js';
import { architectureOf, configSchemaOf } from '../networks/architectures.js';
import { configFacts, configFactsIn } from '../networks/config-facts.js';
import { buildDecoder } from '../networks/decoder.js';
import { byteProgress } from '../report/progress.js';
import type { ModelTraits } from '../suite/plan.js';
import { estimatedWeights, type FitTerm, fitArithmetic, fitOf } from '../verdict/fit.js';
import type { CheckpointFacts } from './document.js';

export interface Wanted {
  model: string;
  weights: Weights;
  layout: Layout | null;
  dtype: Dtype;
  seed: number;
  /** Positions that the KV cache must hold. */
  tokens: number;
  /** Memory that each of its cases may take; null: what the machine has. */
  memoryLimits?: (number | null)[];
  /** Which experts tokens use, where there are any. */
  routing?: Routing;
}

let known: Model[] | undefined;
const registry = (): Model[] => {
  known ??= loadRegistry();
  return known;
};

/** What synthetic weights are made from. */
type Described = Pick<Model, 'id' | 'config'> & Partial<Pick<Model, 'parameters'>>;

/** A case's model, found but not yet read: what a run must know before anything large is written or hashed. */
export type Source = { name: string; facts: ConfigFacts } & (
  | { weights: 'synthetic'; model: Described; layout: Layout; dtype: SyntheticDtype }
  | { weights: 'real'; located: Located }
);

export function traitsOf(name: string): ModelTraits {
  const reference = resolveReference(name, registry());
  const synthetic = reference.kind === 'registry' || reference.kind === 'config';
  const weights = synthetic ? 'synthetic' : 'real';
  if (reference.kind === 'gguf') return { weights, dtype: ggufDtype(readGguf(reference.path)), format: 'gguf' };
  const tuned = reference.kind === 'folder' ? tunedIn(reference.path) : null;
  if (tuned !== null) {
    const { weights, dtype } = tuned.manifest;
    return { weights, dtype, format: 'onnx', given: true };
  }
  return { weights, dtype: reference.kind === 'onnx' ? dtypeOfFile(reference.path) : null, format: 'onnx' };
}

export function findSource({
  model,
  weights,
  layout,
  dtype,
}: Pick<Wanted, 'model' | 'weights' | 'layout' | 'dtype'>): Source {
  const reference = resolveReference(model, registry());
  // Without a layout nothing is made: the files are there, though their weights may be synthetic.
  if (weights === 'real' || layout === null) {
    const located = locateReal(model, reference, dtype, cacheDirectory());
    const path = join(located.directory, located.graph);
    const facts = located.kind === 'gguf' ? ggufConfigFacts(readGguf(path)) : configFactsIn(located.directory);
    return { name: `${model} ${dtype}`, weights: 'real', located, facts };
  }
  const known = dtypesOf(layout);
  if (!(known as readonly string[]).includes(dtype)) throw problem('dtype-unsupported', { dtype, known });
  const described = describedModel(model, reference);
  const name = `${model} ${layout} ${dtype}`;
  return {
    name,
    weights,
    model: described,
    layout,
    dtype: dtype as SyntheticDtype,
    facts: configFacts(described.config),
  };
}

/** The configuration that synthetic weights are made from. */
function describedModel(name: string, reference: ModelReference): Described {
  if (reference.kind === 'registry') return reference.model;
  if (reference.kind === 'config') {
    const text = readFileSync(reference.path, 'utf8');
    const config = validate(reference.path, parseJson(reference.path, text), configSchema) as ModelConfig;
    const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
    return { id: `config-${config.model_type}-${hash}`, config };
  }
  throw problem('input-invalid', {
    what: `${name} has real weights; synthetic ones are made from a configuration`,
    expected: 'an id of models.json, a config.json, or --weights real',
  });
}

export async function prepareCheckpoint(wanted: Wanted, signal: AbortSignal): Promise<CheckpointFacts> {
  const source = findSource(wanted);
  requireFit(source, wanted);
  if (source.weights === 'synthetic' && isPartOf(source.model.config)) {
    say(`${source.name}: only the text decoder is written and measured, without encoders and speech`);
  }
  const ready =
    source.weights === 'real'
      ? await openWithProgress(source, signal)
      : await ensureWithProgress(source, wanted, signal);
  return { ...ready, facts: factsOf(ready.checkpoint.graph) };
}

/** What a .onnx or .gguf file says of its own speed. */
export function factsOf(path: string): GraphFacts {
  return path.endsWith('.gguf') ? ggufFacts(readGguf(path)) : graphFacts(readModel(path));
}

function isPartOf(config: ModelConfig): boolean {
  const known = configSchemaOf(config.model_type) !== undefined;
  return known && architectureOf(config).decoderConfig(config) !== config;
}

/**
 * Throws does-not-fit with the arithmetic, before anything is written or hashed. A limit is there to be tried: what does
 * not fit under it is only told.
 */
function requireFit(source: Source, { tokens, memoryLimits = [null] }: Wanted): void {
  const half = isGguf(source) || (source.weights === 'synthetic' && /16$/.test(source.dtype));
  const values = source.facts.kvValuesPerToken;
  const need = { kvBytesPerToken: values === null ? null : values * (half ? 2 : 4), tokens };
  const weights = weightsOf(source);
  if (weights === null) return;
  for (const limit of memoryLimits) {
    const fit = fitOf({ ...need, weights }, limit ?? memoryLimitBytes());
    if (fit.fits) continue;
    if (limit === null) throw problem('does-not-fit', { name: source.name, arithmetic: fitArithmetic(fit) });
    say(`${source.name} is not expected to fit: ${fitArithmetic(fit, 'the limit is')}; measuring what happens`);
  }
}

function isGguf(source: Source): boolean {
  return source.weights === 'real' ? source.located.kind === 'gguf' : source.layout === 'gguf';
}

/** Exact where the graph is known; of an architecture that is not, what its parameters take at least. */
function weightsOf(source: Source): FitTerm | null {
  const name = `${source.name} weights`;
  if (source.weights === 'real') return { name, bytes: locatedBytes(source.located) };
  const { model, dtype, layout } = source;
  if (configSchemaOf(model.config.model_type) === undefined) {
    return model.parameters == null ? null : estimatedWeights(model.parameters, dtype);
  }
  if (layout === 'gguf' || layout === 'split')
    return { name, bytes: planCheckpoint({ model, dtype, layout, seed: 0 }).bytes };
  const plan = architectureOf(model.config).plan(model.config);
  return { name, bytes: planExternalData(buildDecoder(plan, dtype, layout), 'data').bytes };
}

async function openWithProgress(source: Extract<Source, { weights: 'real' }>, signal: AbortSignal) {
  const { located, name } = source;
  const progress = createProgress();
  const started = performance.now();
  const total = locatedBytes(located);
  let done = 0;
  const opened = await openReal(located, (bytes) => {
    done += bytes;
    signal.throwIfAborted();
    progress.show(byteProgress(`verifying ${name}`, done, total, performance.now() - started));
  }).finally(progress.clear);
  const { manifest } = opened;
  if (manifest.weights === 'synthetic') return { checkpoint: opened };
  const { repo, revision } = manifest.source;
  const pin = pinState(manifest, pinOf(repo, registry()));
  const { command } = located;
  if (pin.state === 'differs') throw problem('pin-mismatch', { name, fault: pin.fault, command });
  if (pin.state === 'not pinned' && revision !== null) {
    say(`${name} is not pinned (commit ${revision.slice(0, 8)}): models.json does not vouch for these bytes`);
  }
  return { checkpoint: opened, pinned: pin.state === 'pinned' };
}

async function ensureWithProgress(
  source: Extract<Source, { weights: 'synthetic' }>,
  { seed, routing }: Pick<Wanted, 'seed' | 'routing'>,
  signal: AbortSignal,
) {
  const { model, layout, dtype, name } = source;
  const progress = createProgress();
  const started = { verify: 0, write: 0 };
  let total = 0;
  const { checkpoint, written } = await ensureSynthetic(
    { model, layout, dtype, seed, ...(routing && { routing }) },
    {
      cache: cacheDirectory(),
      signal,
      onProgress({ step, doneBytes, totalBytes }) {
        started[step] ||= performance.now();
        total = totalBytes;
        const what = step === 'verify' ? `verifying ${name}` : `writing ${name}`;
        progress.show(byteProgress(what, doneBytes, totalBytes, performance.now() - started[step]));
      },
    },
  ).finally(progress.clear);
  if (written !== null) {
    if (written !== 'absent' && written !== 'stale') say(`${name}: ${written}; it was written anew`);
    const bytes = total || checkpointBytes(checkpoint.manifest);
    say(byteProgress(`wrote synthetic ${name}`, bytes, bytes, performance.now() - started.write));
  }
  return { checkpoint };
}
