// A synthetic checkpoint before a byte of it is written: its small files, and every weight with its place in the data
// file. One for ONNX (graph and external data), one for GGUF (a single file).

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { SYNTHETIC_DTYPES, type SyntheticDtype, suffixOf } from '../contract/dtypes.js';
import type { Layout, OnnxLayout } from '../contract/layouts.js';
import type { Routing } from '../contract/routings.js';
import { problem } from '../errors.js';
import { graphFacts } from '../formats/onnx/facts.js';
import { planExternalData } from '../formats/onnx/graph-builder.js';
import { prefillGraph, prefillPath } from '../formats/onnx/prefill-graph.js';
import { encodeModel } from '../formats/onnx/write.js';
import type { ModelConfig } from '../networks/architecture.js';
import { architectureOf } from '../networks/architectures.js';
import { buildDecoder } from '../networks/decoder.js';
import { planGguf } from '../networks/gguf/file-plan.js';
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
  /** Which experts tokens use, for models that have experts; `balanced` unless given. */
  routing?: Routing;
}

export interface CheckpointPlan {
  /** null for a model without experts. */
  routing: Routing | null;
  /** Paths and contents of all files but the data. */
  small: Record<string, string | Uint8Array>;
  dataPath: string;
  /** What stands in the data file before the weights. */
  header: Uint8Array;
  weights: FilledWeight[];
  /** Of the data file. */
  bytes: number;
  parameters: number;
  /** Of everything above, the seed and the generator. */
  hash: string;
}

/** Raise it when the bytes of a plan change: old checkpoints are then remade. */
const GENERATOR = 1;
const SPECIAL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];

/** Blocks with float32 activations; kernels of int8 give no others. */
const SPLIT_DTYPES = ['q4', 'int8'] as const;

/** The dtypes that a synthetic checkpoint of this layout can have. */
export function dtypesOf(layout: Layout): readonly SyntheticDtype[] {
  if (layout === 'gguf') return Object.keys(GGUF_DTYPES) as GgufDtype[];
  return layout === 'split' ? SPLIT_DTYPES : SYNTHETIC_DTYPES;
}

export function planCheckpoint(spec: CheckpointSpec): CheckpointPlan {
  const { model, layout, seed } = spec;
  const architecture = architectureOf(model.config);
  const decoder = architecture.plan(model.config);
  const config = architecture.decoderConfig(model.config);
  const routing = routingOf(spec, decoder);
  const plan =
    layout === 'gguf'
      ? ggufFile(spec, config, decoder)
      : onnxFiles({ config, layout, dtype: spec.dtype, decoder, routing: routing ?? 'router' });
  const hash = createHash('sha256');
  hash.update(JSON.stringify([GENERATOR, seed, plan.weights])).update(plan.header);
  for (const [path, content] of Object.entries(plan.small)) hash.update(path).update(content);
  return { ...plan, routing, hash: hash.digest('hex') };
}

type Files = Omit<CheckpointPlan, 'routing' | 'hash'>;

interface OnnxSpec {
  config: ModelConfig;
  layout: OnnxLayout;
  dtype: SyntheticDtype;
  decoder: DecoderPlan;
  routing: Routing;
}

function onnxFiles({ config, layout, dtype, decoder, routing }: OnnxSpec): Files {
  if (!dtypesOf(layout).includes(dtype)) throw problem('dtype-unsupported', { dtype, known: dtypesOf(layout) });
  const graph = `onnx/model${suffixOf(dtype)}.onnx`;
  const dataPath = `${graph}_data`;
  const location = basename(dataPath);
  const graphLayout = layout === 'split' ? 'tuned' : layout;
  const placed = planExternalData(buildDecoder(decoder, dtype, graphLayout, routing), location);
  const files: Files = {
    small: { ...transformersFiles(config, dtype, decoder.vocab), [graph]: encodeModel(placed.model) },
    dataPath,
    header: new Uint8Array(0),
    weights: placed.weights,
    bytes: placed.bytes,
    parameters: graphFacts(placed.model).parameters,
  };
  const prompts = layout === 'split' ? prefillGraph(placed.model, location, placed.bytes) : null;
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

function ggufFile({ model, dtype }: CheckpointSpec, config: ModelConfig, plan: DecoderPlan): Files {
  const format = GGUF_DTYPES[dtype as GgufDtype];
  if (format === undefined) throw problem('dtype-unsupported', { dtype, known: dtypesOf('gguf') });
  const planned = planGguf({ id: model.id, config, plan, dtype: dtype as GgufDtype, specialTokens: SPECIAL_TOKENS });
  return { small: { 'config.json': json(config) }, dataPath: `model-${format}.gguf`, ...planned };
}

/** null for a model without experts, which cannot be asked to route. */
function routingOf({ model, routing }: CheckpointSpec, decoder: DecoderPlan): Routing | null {
  if (decoder.layers.some(({ mlp }) => mlp.kind === 'experts')) return routing ?? 'balanced';
  if (routing === undefined) return null;
  const what = `${model.id} has no experts to route tokens to`;
  throw problem('input-invalid', { what, expected: 'a mixture of experts, or no --routing' });
}

function transformersFiles(described: ModelConfig, dtype: SyntheticDtype, vocab: number): CheckpointPlan['small'] {
  const eos = vocab - SPECIAL_TOKENS.length;
  const kvType = dtype === 'fp16' || dtype === 'q4f16' ? 'float16' : 'float32';
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
