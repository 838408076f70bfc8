// The checkpoints that cases need: verified on this disk or written now, each with the facts of its graph. Nothing here
// asks the network.
import { cacheValueBytes, layoutRow } from '../contract/layouts.js';
import type { Routing } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { planExternalData } from '../formats/onnx/graph-builder.js';
import { memoryLimitBytes } from '../machine/describe.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes } from '../models/checkpoint.js';
import { planCheckpoint } from '../models/checkpoint-plan.js';
import { factsOf, locatedBytes, openReal } from '../models/locate-real.js';
import { pinOf, pinState } from '../models/pin.js';
import type { Source, SourceKey } from '../models/source.js';
import { ensureSynthetic } from '../models/synthesize.js';
import { architectureOf, configSchemaOf } from '../networks/architectures.js';
import { buildDecoder } from '../networks/decoder.js';
import { estimatedWeights, type FitTerm, fitArithmetic, fitOf } from '../verdict/memory-fit.js';
import type { CheckpointFacts } from './document.js';
import type { Listener } from './events.js';
import type { EngineOptions } from './options.js';

interface Wanted {
  key: SourceKey;
  seed: number;
  /** Positions that the KV cache must hold. */
  tokens: number;
  /** Memory that each of its cases may take; null: what the machine has. */
  memoryLimits?: (number | null)[];
  /** Which experts tokens use, where there are any. */
  routing?: Routing;
}

export type PrepareOptions = Pick<EngineOptions, 'sources' | 'signal' | 'onEvent'>;

export async function prepareCheckpoint(wanted: Wanted, options: PrepareOptions): Promise<CheckpointFacts> {
  const source = options.sources.sourceOf(wanted.key);
  requireFit(source, wanted, options.onEvent);
  const ready =
    source.weights === 'real' ? await openVerified(source, options) : await ensureWritten(source, wanted, options);
  return { ...ready, vocab: source.facts.vocab, facts: factsOf(ready.checkpoint.graph) };
}

/**
 * Throws `does-not-fit` with the arithmetic, before anything is written or hashed. A limit is there to be tried: what does
 * not fit under it is only reported.
 */
function requireFit(source: Source, { tokens, memoryLimits = [null] }: Wanted, onEvent: Listener): void {
  const weights = weightsOf(source);
  if (weights === null) return;
  const values = source.facts.kvValuesPerToken;
  const need = { weights, kvBytesPerToken: values === null ? null : values * kvBytes(source), tokens };
  for (const limit of memoryLimits) {
    const fit = fitOf(need, limit ?? memoryLimitBytes());
    if (fit.fits) continue;
    if (limit === null) throw problem('does-not-fit', { name: source.name, arithmetic: fitArithmetic(fit) });
    onEvent({ type: 'not-expected-to-fit', name: source.name, arithmetic: fitArithmetic(fit, 'the limit is') });
  }
}

function kvBytes(source: Source): number {
  if (source.weights === 'real') return source.located.kind === 'gguf' ? 2 : 4;
  return cacheValueBytes(source.layout, source.dtype);
}

/** Exact where the graph is known; of an architecture that is not, what its parameters take at least. */
function weightsOf(source: Source): FitTerm | null {
  const name = `${source.name} weights`;
  if (source.weights === 'real') return { name, bytes: locatedBytes(source.located) };
  const { model, dtype, layout } = source;
  if (configSchemaOf(model.config.model_type) === undefined) {
    return model.parameters == null ? null : estimatedWeights(model.parameters, dtype);
  }
  const row = layoutRow(layout)!;
  if (row.graph === null || row.prefillGraph)
    return { name, bytes: planCheckpoint({ model, dtype, layout, seed: 0 }).bytes };
  const plan = architectureOf(model.config).plan(model.config);
  return { name, bytes: planExternalData(buildDecoder(plan, dtype, row.graph), 'data').bytes };
}

type Prepared = Omit<CheckpointFacts, 'facts' | 'vocab'>;

async function openVerified(
  { located, name }: Extract<Source, { weights: 'real' }>,
  { signal, onEvent, sources }: PrepareOptions,
): Promise<Prepared> {
  const started = performance.now();
  const totalBytes = locatedBytes(located);
  let doneBytes = 0;
  const opened = await openReal(located, (bytes) => {
    doneBytes += bytes;
    signal.throwIfAborted();
    onEvent({ type: 'verifying', name, doneBytes, totalBytes, elapsedMs: performance.now() - started });
  });
  const { manifest } = opened;
  if (manifest.weights === 'synthetic') return { checkpoint: opened };
  const { repo, revision } = manifest.source;
  const pin = pinState(manifest, pinOf(repo, sources.registry));
  if (pin.state === 'differs') throw problem('pin-mismatch', { name, fault: pin.fault, command: located.command });
  if (pin.state === 'not pinned' && revision !== null) onEvent({ type: 'not-pinned', name, revision });
  return { checkpoint: opened, pinned: pin.state === 'pinned' };
}

async function ensureWritten(
  { model, layout, dtype, name }: Extract<Source, { weights: 'synthetic' }>,
  { seed, routing }: Wanted,
  { signal, onEvent }: PrepareOptions,
): Promise<Prepared> {
  const { config } = model;
  if (architectureOf(config).decoderConfig(config) !== config) onEvent({ type: 'decoder-only', name });
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
        const elapsedMs = performance.now() - started[step];
        onEvent({ type: step === 'verify' ? 'verifying' : 'writing', name, doneBytes, totalBytes, elapsedMs });
      },
    },
  );
  if (written !== null) {
    const fault = written === 'absent' || written === 'stale' ? null : written;
    const bytes = total || checkpointBytes(checkpoint.manifest);
    onEvent({ type: 'written', name, bytes, elapsedMs: performance.now() - started.write, fault });
  }
  return { checkpoint };
}
