// `models list`: the registry, everything on this disk, and what of it fits this machine.
import { memoryLimitBytes } from '../machine/memory-limit.js';
import { cacheDirectory } from '../models/cache.js';
import { type Checkpoint, checkpointBytes, listCheckpoints, variantOf } from '../models/checkpoint.js';
import { modelOf } from '../models/find-checkpoints.js';
import { pinState } from '../models/pin.js';
import { loadRegistry, type Model } from '../models/registry.js';
import { configFacts, configFactsIn } from '../networks/config-facts.js';
import { bytes, count } from '../report/format.js';
import { estimatedWeights, type Fit, fitArithmetic, fitOf } from '../verdict/fit.js';
import { outputFormat, printView } from './terminal.js';

/** The context that the column "fits" counts with. */
const CONTEXT_TOKENS = 4096;
/** What a model that is not here is judged as. */
const USUAL_DTYPE = 'q4';

interface ListRecord extends Record<string, string | number | boolean | null> {
  model: string;
  name: string;
  parameters: number | null;
  license: string | null;
  weights: string | null;
  layout: string | null;
  dtype: string | null;
  variant: string | null;
  bytes: number | null;
  commit: string | null;
  pinned: boolean | null;
  directory: string | null;
  fits: boolean | null;
  neededBytes: number | null;
  arithmetic: string | null;
}

export function listModels(options: { output: string }): number {
  const format = outputFormat(options.output);
  const cache = cacheDirectory();
  const memory = memoryLimitBytes();
  const broken: string[] = [];
  const checkpoints = listCheckpoints(cache, (error) => broken.push(error.message));
  const registry = loadRegistry();
  const known = registry.flatMap((model) => {
    const here = checkpoints.filter(({ manifest }) => modelOf(manifest, registry) === model);
    return here.length === 0 ? [absent(model, memory)] : here.map((checkpoint) => present(checkpoint, model, memory));
  });
  const others = checkpoints.filter(({ manifest }) => modelOf(manifest, registry) === undefined);
  const records = [...known, ...others.map((checkpoint) => present(checkpoint, undefined, memory))];
  printView(
    {
      heading: [],
      columns: [
        { key: 'model', title: 'model' },
        { key: 'parameters', title: 'parameters', align: 'right' },
        { key: 'checkpoint', title: 'on this disk' },
        { key: 'bytes', title: 'size', align: 'right' },
        { key: 'pinned', title: 'pinned' },
        { key: 'fits', title: 'fits' },
        { key: 'license', title: 'licence' },
      ],
      rows: records.map((record) => ({
        model: record.model,
        parameters: record.parameters === null ? 'unknown' : count(record.parameters),
        license: record.license ?? 'unknown',
        checkpoint: record.weights === null ? '–' : `${record.variant} (${record.weights})`,
        bytes: record.bytes === null ? '' : bytes(record.bytes),
        pinned: record.pinned === null ? '' : record.pinned ? 'yes' : 'no',
        fits: record.fits === null ? 'unknown' : record.fits ? 'yes' : 'no',
      })),
      notes: [
        `fits: weights + KV cache of ${count(CONTEXT_TOKENS)} tokens + working set, in ${bytes(memory)} of memory; a model that is not here counts as ${USUAL_DTYPE}. -o json has the arithmetic.`,
        `Checkpoints are kept in ${cache} (EDGEPROOF_CACHE).`,
        ...broken.map((message) => `passed over: ${message}`),
      ],
      json: records,
      records,
    },
    format,
  );
  return 0;
}

function absent(model: Model, memory: number): ListRecord {
  const { id, name, parameters, license, publishedBytes, pin } = model;
  const published = publishedBytes[USUAL_DTYPE];
  const weights =
    published === undefined
      ? parameters === null
        ? null
        : estimatedWeights(parameters, USUAL_DTYPE)
      : { name: `${USUAL_DTYPE} weights`, bytes: published };
  const { kvValuesPerToken, context } = configFacts(model.config);
  const need = { kvBytesPerToken: perToken(kvValuesPerToken, USUAL_DTYPE), tokens: tokensFor(context) };
  return {
    ...{ model: id, name, parameters, license, weights: null, layout: null, dtype: null, variant: null },
    ...{ bytes: null, commit: null, pinned: model.hub === null ? null : pin !== undefined, directory: null },
    ...fitRecord(weights === null ? null : fitOf({ ...need, weights }, memory)),
  };
}

function present({ directory, manifest }: Checkpoint, model: Model | undefined, memory: number): ListRecord {
  const size = checkpointBytes(manifest);
  const { kvValuesPerToken, context } = configFactsIn(directory);
  const need = { kvBytesPerToken: perToken(kvValuesPerToken, manifest.dtype), tokens: tokensFor(context) };
  const weights = { name: `${manifest.dtype} weights`, bytes: size };
  const real = manifest.weights === 'real' ? manifest : null;
  return {
    ...{ model: model?.id ?? manifest.model, name: model?.name ?? manifest.model },
    ...{ parameters: manifest.parameters, license: model?.license ?? real?.source.license ?? null },
    ...{ weights: manifest.weights, layout: manifest.weights === 'synthetic' ? manifest.layout : null },
    ...{ dtype: manifest.dtype, variant: variantOf(manifest), bytes: size, commit: real?.source.revision ?? null },
    ...{ pinned: real === null ? null : pinState(real, model?.pin).state === 'pinned', directory },
    ...fitRecord(fitOf({ ...need, weights }, memory)),
  };
}

function fitRecord(fit: Fit | null) {
  if (fit === null) return { fits: null, neededBytes: null, arithmetic: null };
  return { fits: fit.fits, neededBytes: fit.neededBytes, arithmetic: fitArithmetic(fit) };
}

/** Caches are half precision where activations are. */
function perToken(values: number | null, dtype: string): number | null {
  return values === null ? null : values * (dtype.endsWith('16') ? 2 : 4);
}

function tokensFor(context: number | null): number {
  return Math.min(CONTEXT_TOKENS, context ?? CONTEXT_TOKENS);
}
