// `models list`: the registry, everything on this disk, and what of it fits this machine.
import type { ConfigFacts } from '../contract/graph-facts.js';
import { failureOf } from '../errors.js';
import { memoryLimitBytes } from '../machine/describe.js';
import { cacheDirectory } from '../models/cache.js';
import { type Checkpoint, checkpointBytes, listCheckpoints, variantOf } from '../models/checkpoint.js';
import { modelOf } from '../models/find-checkpoints.js';
import { pinState } from '../models/pin.js';
import { loadRegistry, type Model } from '../models/registry.js';
import { configFacts, configFactsIn } from '../networks/config-facts.js';
import { modelsListPage } from '../report/models-list-page.js';
import { ASSUMED_DTYPE, CONTEXT_TOKENS, type FoundModel, listedModel } from '../verdict/models-list.js';
import { outputFormat, printPage } from './terminal.js';

export function listModels(options: { output: string }): number {
  const format = outputFormat(options.output);
  const cache = cacheDirectory();
  const memoryBytes = memoryLimitBytes();
  const passedOver: string[] = [];
  const checkpoints = listCheckpoints(cache, (error) => passedOver.push(error.message));
  const factsIn = (directory: string) => {
    try {
      return configFactsIn(directory);
    } catch (error) {
      passedOver.push(failureOf(error).message);
      return { kvValuesPerToken: null, context: null };
    }
  };
  const models = foundModels(loadRegistry(), checkpoints, factsIn).map((found) => listedModel(found, memoryBytes));
  const assumptions = { memoryBytes, contextTokens: CONTEXT_TOKENS, assumedDtype: ASSUMED_DTYPE };
  printPage(modelsListPage({ models, ...assumptions, cache, passedOver }), format);
  return 0;
}

type FactsIn = (directory: string) => Pick<ConfigFacts, 'kvValuesPerToken' | 'context'>;

/** Known models in the order of the registry, each with its checkpoints; then checkpoints of no known model. */
function foundModels(registry: Model[], checkpoints: Checkpoint[], factsIn: FactsIn): FoundModel[] {
  const owned = checkpoints.map((checkpoint) => ({ checkpoint, model: modelOf(checkpoint.manifest, registry) }));
  const known = registry.flatMap((model) => {
    const here = owned.filter((entry) => entry.model === model);
    return here.length === 0 ? [absent(model)] : here.map(({ checkpoint }) => present(checkpoint, model, factsIn));
  });
  const others = owned.filter(({ model }) => model === undefined);
  return [...known, ...others.map(({ checkpoint }) => present(checkpoint, undefined, factsIn))];
}

function absent({ id, name, parameters, license, publishedBytes, pin, hub, config }: Model): FoundModel {
  const { kvValuesPerToken, context } = configFacts(config);
  return {
    ...{ model: id, name, parameters, license, weights: null, layout: null, dtype: null, variant: null },
    ...{ bytes: null, commit: null, pinned: hub === null ? null : pin !== undefined, directory: null },
    ...{ kvValuesPerToken, context },
    publishedBytes: publishedBytes[ASSUMED_DTYPE] ?? null,
  };
}

function present({ directory, manifest }: Checkpoint, model: Model | undefined, factsIn: FactsIn): FoundModel {
  const { kvValuesPerToken, context } = factsIn(directory);
  const real = manifest.weights === 'real' ? manifest : null;
  return {
    ...{ model: model?.id ?? manifest.model, name: model?.name ?? manifest.model },
    ...{ parameters: manifest.parameters, license: model?.license ?? real?.source.license ?? null },
    ...{ weights: manifest.weights, layout: manifest.weights === 'synthetic' ? manifest.layout : null },
    ...{ dtype: manifest.dtype, variant: variantOf(manifest), bytes: checkpointBytes(manifest) },
    commit: real?.source.revision ?? null,
    pinned: real === null ? null : pinState(real, model?.pin).state === 'pinned',
    directory,
    ...{ kvValuesPerToken, context },
    publishedBytes: null,
  };
}
