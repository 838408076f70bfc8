// From the name of a model to what a run must know of it before anything large is written or hashed: where its files are
// or what they are made from, and the facts of its configuration. Each name is looked up once.
import { join } from 'node:path';
import type { CaseKey } from '../contract/case-key.js';
import type { Dtype, SyntheticDtype } from '../contract/dtypes.js';
import type { ConfigFacts } from '../contract/graph-facts.js';
import { readJsonFile } from '../contract/json-file.js';
import type { FileFormat, Layout } from '../contract/layouts.js';
import type { Weights } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { ggufConfigFacts, ggufDtype } from '../formats/gguf/facts.js';
import { readGguf } from '../formats/gguf/read.js';
import type { ModelConfig } from '../networks/architecture.js';
import { configFacts, configFactsIn } from '../networks/config-facts.js';
import { cacheDirectory } from './cache.js';
import { dtypesOf } from './checkpoint-plan.js';
import { dtypeOfFile, factsOf, type Located, locateReal, tunedIn } from './locate-real.js';
import { configId } from './model-description.js';
import { type ModelReference, resolveReference } from './reference.js';
import { configSchema, loadRegistry, type Model } from './registry.js';

/** What is known of a model before it is planned. */
export interface ModelTraits {
  /** The weights that it runs with unless the suite says which. */
  weights: Weights;
  /** Its only dtype; null where the suite chooses. */
  dtype: Dtype | null;
  /** The format of its real weights. */
  format: FileFormat;
  /** Its files exist and are used as they are, whatever weights and layouts the suite asks for. */
  given?: boolean;
}

/** What synthetic weights are made from. */
type Described = Pick<Model, 'id' | 'config'> & Partial<Pick<Model, 'parameters'>>;

export type Source = { name: string; facts: ConfigFacts } & (
  | { weights: 'synthetic'; model: Described; layout: Layout; dtype: SyntheticDtype }
  | {
      weights: 'real';
      located: Located;
      /** Why its graph cannot be driven as a decoder; null where it can. */
      notADecoder: string | null;
    }
);

export type SourceKey = Pick<CaseKey, 'model' | 'weights' | 'layout' | 'dtype'>;

/** The models of one run. */
export interface Sources {
  registry: Model[];
  traitsOf(model: string): ModelTraits;
  /** Throws where the files are missing, or the checkpoint cannot be made. */
  sourceOf(key: SourceKey): Source;
}

export function openSources(): Sources {
  const registry = loadRegistry();
  const reference = once((model: string) => resolveReference(model, registry));
  const traits = once((model: string) => traitsOf(reference(model)));
  const sources = new Map<string, Source>();
  return {
    registry,
    traitsOf: traits,
    sourceOf({ model, weights, layout, dtype }) {
      const key = JSON.stringify([model, weights, layout, dtype]);
      const found = sources.get(key) ?? findSource({ model, weights, layout, dtype }, reference(model));
      sources.set(key, found);
      return found;
    },
  };
}

function once<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name)!;
  };
}

function traitsOf(reference: ModelReference): ModelTraits {
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

function findSource({ model, weights, layout, dtype }: SourceKey, reference: ModelReference): Source {
  // Without a layout nothing is made: the files are there, though their weights may be synthetic.
  if (weights === 'real' || layout === null) {
    const located = locateReal(model, reference, dtype, cacheDirectory());
    const path = join(located.directory, located.graph);
    const facts = located.kind === 'gguf' ? ggufConfigFacts(readGguf(path)) : configFactsIn(located.directory);
    return { name: `${model} ${dtype}`, weights: 'real', located, notADecoder: factsOf(path).notADecoder, facts };
  }
  const known = dtypesOf(layout);
  if (!(known as readonly string[]).includes(dtype)) throw problem('dtype-unsupported', { dtype, known });
  const described = describedModel(model, reference);
  const name = `${model} ${layout} ${dtype}`;
  const facts = configFacts(described.config);
  return { name, weights, model: described, layout, dtype: dtype as SyntheticDtype, facts };
}

/** The configuration that synthetic weights are made from. */
function describedModel(name: string, reference: ModelReference): Described {
  if (reference.kind === 'registry') return reference.model;
  if (reference.kind === 'config') {
    const config = readJsonFile(reference.path, configSchema) as ModelConfig;
    return { id: configId(config), config };
  }
  throw problem('input-invalid', {
    what: `${name} has real weights; synthetic ones are made from a configuration`,
    expected: 'an id of models.json, a config.json, or --weights real',
  });
}
