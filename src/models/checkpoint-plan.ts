// The plan of a synthetic checkpoint: its small files, and every weight with its place in the data file. An ONNX
// checkpoint has a graph and a data file, a GGUF checkpoint has everything in one file.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { SYNTHETIC_DTYPES, type SyntheticDtype, suffixOf } from '../contract/dtypes.js';
import type { GraphFacts } from '../contract/graph-facts.js';
import { cacheValueBytes, type GraphLayout, type Layout, layoutRow } from '../contract/layouts.js';
import type { Routing } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { ggufFacts } from '../formats/gguf/facts.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { planExternalData } from '../formats/onnx/graph-builder.js';
import { prefillGraph, prefillPath } from '../formats/onnx/prefill-graph.js';
import { encodeModel } from '../formats/onnx/write.js';
import type { ModelConfig } from '../networks/architecture.js';
import { architectureOf } from '../networks/architectures.js';
import { buildDecoder } from '../networks/decoder.js';
import { planGguf, plannedFile } from '../networks/gguf/file-plan.js';
import { GGUF_DTYPES, type GgufDtype } from '../networks/gguf/tensors.js';
import type { DecoderPlan } from '../networks/plan.js';
import type { FilledWeight } from '../networks/random-weights.js';
import { syntheticTokenizer } from '../networks/synthetic-tokenizer.js';
import type { Model } from './registry.js';

export interface CheckpointSpec {
  model: Pick<Model, 'id' | 'config'>;
  layout: Layout;
  dtype: SyntheticDtype;
  seed: number;
  /** Which experts tokens use. Only for models that have experts, and `balanced` there unless given. */
  routing?: Routing;
}

export interface CheckpointPlan {
  /** null for a model without experts. */
  routing: Routing | null;
  /** Paths and contents of all files but the data. */
  small: Record<string, string | Uint8Array>;
  dataPath: string;
  /** The first bytes of the data file, before the weights. */
  header: Uint8Array;
  weights: FilledWeight[];
  /** Size of the data file. */
  bytes: number;
  parameters: number;
  /** SHA-256 over everything above, the seed and the version of the generator. */
  hash: string;
}

/** Raise this when the same plan gives other bytes; checkpoints that were made before are then made anew. */
const GENERATOR = 1;
const SPECIAL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

/** Dtypes whose decoder graph a prefill graph can be derived from: blocks, multiplied with float32 activations. */
const PREFILL_DTYPES = ['q4', 'int8'] as const;

/** The dtypes that a synthetic checkpoint of this layout can have. */
export function dtypesOf(layout: Layout): readonly SyntheticDtype[] {
  const { format, graph, prefillGraph } = layoutRow(layout)!;
  if (format === 'gguf' || graph === 'matched') return Object.keys(GGUF_DTYPES) as GgufDtype[];
  return prefillGraph ? PREFILL_DTYPES : SYNTHETIC_DTYPES;
}

/**
 * Throws architecture-unknown, config-unsupported or gguf-unsupported for a config that cannot be built,
 * dtype-unsupported, and input-invalid where a routing is asked of a model without experts.
 */
export function planCheckpoint(spec: CheckpointSpec): CheckpointPlan {
  const { layout, dtype, seed } = spec;
  const { decoder, config, routing } = describedDecoder(spec);
  const { graph, prefillGraph: hasPrefillGraph = false } = layoutRow(layout)!;
  const plan =
    graph === null
      ? ggufFile(spec, config, decoder)
      : onnxFiles({ config, layout: graph, hasPrefillGraph, dtype, decoder, routing: routing ?? 'router' });
  const hash = createHash('sha256');
  hash.update(JSON.stringify([GENERATOR, seed, plan.weights])).update(plan.header);
  for (const [path, content] of Object.entries(plan.small)) hash.update(path).update(content);
  return { ...plan, routing, hash: hash.digest('hex') };
}

export type UnseededSpec = Omit<CheckpointSpec, 'seed'>;

/** What the graph of such a checkpoint would say of itself. Nothing is written or hashed. Throws as planCheckpoint does. */
export function plannedFacts(spec: UnseededSpec): GraphFacts {
  const described = describedDecoder(spec);
  return decoderFacts(spec, described, described.decoder, described.routing ?? 'router');
}

/** The facts of another decoder of the same model, such as one with fewer layers. */
export function decoderFacts(
  spec: UnseededSpec,
  { config }: Described,
  decoder: DecoderPlan,
  routing: Routing = 'router',
): GraphFacts {
  const { graph } = layoutRow(spec.layout)!;
  if (graph === null) return ggufFacts(plannedFile(ggufSpec(spec, config, decoder)));
  return graphFacts(planExternalData(buildDecoder(decoder, spec.dtype, graph, routing), 'data').model);
}

type Described = ReturnType<typeof describedDecoder>;

export function describedDecoder(spec: UnseededSpec) {
  const { model, layout, dtype } = spec;
  const architecture = architectureOf(model.config);
  const decoder = architecture.plan(model.config);
  const routing = routingOf(spec, decoder);
  if (!dtypesOf(layout).includes(dtype)) throw problem('dtype-unsupported', { dtype, known: dtypesOf(layout) });
  return { decoder, config: architecture.decoderConfig(model.config), routing };
}

type Files = Omit<CheckpointPlan, 'routing' | 'hash'>;

interface OnnxSpec {
  config: ModelConfig;
  layout: GraphLayout;
  hasPrefillGraph: boolean;
  dtype: SyntheticDtype;
  decoder: DecoderPlan;
  routing: Routing;
}

function onnxFiles({ config, layout, hasPrefillGraph, dtype, decoder, routing }: OnnxSpec): Files {
  const graph = `onnx/model${suffixOf(dtype)}.onnx`;
  const dataPath = `${graph}_data`;
  const location = basename(dataPath);
  const placed = planExternalData(buildDecoder(decoder, dtype, layout, routing), location);
  const files: Files = {
    small: { ...transformersFiles(config, layout, dtype, decoder.vocab), [graph]: encodeModel(placed.model) },
    dataPath,
    header: new Uint8Array(0),
    weights: placed.weights,
    bytes: placed.bytes,
    parameters: graphFacts(placed.model).parameters,
  };
  const prompts = hasPrefillGraph ? prefillGraph(placed.model, location, placed.bytes) : null;
  if (prompts === null) return files;
  const weightOf = (name: string) => placed.weights.find((weight) => weight.name === name)!;
  const derived = prompts.derived.map((weight): FilledWeight => {
    const { name, type, dims, offset, bytes, from } = weight;
    const fill = { kind: 'derived', weight, packed: weightOf(from.weight), scales: weightOf(from.scales) } as const;
    return { name, type, dims, offset, bytes, fill };
  });
  return {
    ...files,
    small: { ...files.small, [prefillPath(graph)]: encodeModel(prompts.model) },
    weights: [...placed.weights, ...derived],
    bytes: prompts.bytes,
  };
}

function ggufFile(spec: UnseededSpec, config: ModelConfig, plan: DecoderPlan): Files {
  const planned = planGguf(ggufSpec(spec, config, plan));
  const dataPath = `model-${GGUF_DTYPES[spec.dtype as GgufDtype]}.gguf`;
  return { small: { 'config.json': json(config) }, dataPath, ...planned };
}

function ggufSpec({ model, dtype }: UnseededSpec, config: ModelConfig, plan: DecoderPlan) {
  return { id: model.id, config, plan, dtype: dtype as GgufDtype, specialTokens: SPECIAL_TOKENS };
}

/** null for a model without experts. Throws where a routing is asked of it all the same. */
function routingOf({ model, routing }: UnseededSpec, decoder: DecoderPlan): Routing | null {
  if (decoder.layers.some(({ mlp }) => mlp.kind === 'experts')) return routing ?? 'balanced';
  if (routing === undefined) return null;
  const what = `${model.id} has no experts to route tokens to`;
  throw problem('input-invalid', { what, expected: 'a mixture of experts, or no --routing' });
}

function transformersFiles(
  described: ModelConfig,
  layout: GraphLayout,
  dtype: SyntheticDtype,
  vocab: number,
): CheckpointPlan['small'] {
  const eos = vocab - SPECIAL_TOKENS.length;
  const kvType = cacheValueBytes(layout, dtype) === 2 ? 'float16' : 'float32';
  const config = {
    ...described,
    eos_token_id: eos,
    bos_token_id: null,
    'transformers.js_config': { use_external_data_format: true, kv_cache_dtype: kvType, dtype },
  };
  const generation = { do_sample: false, eos_token_id: eos, pad_token_id: eos };
  const tokenizer = syntheticTokenizer(vocab, SPECIAL_TOKENS);
  return {
    'config.json': json(config),
    'generation_config.json': json(generation),
    'tokenizer.json': JSON.stringify(tokenizer['tokenizer.json']),
    'tokenizer_config.json': json(tokenizer['tokenizer_config.json']),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
