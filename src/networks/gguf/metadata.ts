// The metadata of a synthetic GGUF file: llama.cpp's keys for a decoder plan, and a synthetic vocabulary. llama.cpp
// computes some things (scales, head sizes) by its own rules; a plan that differs from them is refused.
import { problem } from '../../errors.js';
import type { Metadata } from '../../formats/gguf/header.js';
import type { Architecture, LlamaCppArchitecture, ModelConfig } from '../architecture.js';
import { ARCHITECTURES } from '../architectures.js';
import type { DecoderPlan } from '../plan.js';
import { syntheticTokenizer } from '../synthetic-tokenizer.js';
import type { GgufDtype, PlainLayer } from './tensors.js';

/** llama.cpp's `general.file_type` for the type of most weights. */
const FILE_TYPES: Record<GgufDtype, number> = { fp16: 1, q4: 2, int8: 7 };
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;

export interface GgufSpec {
  id: string;
  config: ModelConfig;
  plan: DecoderPlan;
  dtype: GgufDtype;
  specialTokens: string[];
}

export function planMetadata(p: GgufSpec, layers: PlainLayer[]): Metadata {
  return { ...ownMetadata(p, layers), ...vocabulary(p.plan.vocab, p.specialTokens) };
}

/** The metadata without the vocabulary, which takes a second to make. */
export function ownMetadata({ plan, ...p }: GgufSpec, layers: PlainLayer[]): Metadata {
  const { name } = llamaCppArchitecture(p.config.model_type);
  const { attention, mlp } = layers[0]!;
  const sliding = layers.find((layer) => layer.attention.window !== undefined)?.attention;
  const global = (layers.find((layer) => layer.attention.window === undefined) ?? layers[0]!).attention;
  const own: Metadata = {
    vocab_size: uint32(plan.vocab),
    context_length: uint32(plan.context),
    embedding_length: uint32(plan.hidden),
    block_count: uint32(layers.length),
    feed_forward_length: uint32(mlp.intermediate),
    'attention.head_count': uint32(attention.heads),
    'attention.head_count_kv': uint32(attention.kvHeads),
    'attention.key_length': uint32(attention.headSize),
    'attention.value_length': uint32(attention.headSize),
    'attention.layer_norm_rms_epsilon': float32(plan.normEpsilon),
    'rope.dimension_count': uint32(global.rope.size),
    'rope.freq_base': float32(global.rope.theta),
    ...(global.rope.scaling.kind === 'linear' && {
      'rope.scaling.type': { type: 'string', value: 'linear' },
      'rope.scaling.factor': float32(global.rope.scaling.factor),
    }),
    ...(sliding !== undefined && {
      'attention.sliding_window': uint32(sliding.window!),
      'attention.sliding_window_pattern': {
        type: 'bools',
        value: layers.map((layer) => layer.attention.window !== undefined),
      },
      'rope.freq_base_swa': float32(sliding.rope.theta),
    }),
    ...(plan.logitsSoftcap !== undefined && { final_logit_softcapping: float32(plan.logitsSoftcap) }),
  };
  return {
    'general.architecture': { type: 'string', value: name },
    'general.name': { type: 'string', value: `${p.id} (synthetic weights)` },
    'general.file_type': uint32(FILE_TYPES[p.dtype]),
    'general.quantization_version': uint32(2),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${name}.${key}`, value])),
  };
}

/** The same vocabulary as in ONNX checkpoints: bytes, merges, and special tokens at the end. */
function vocabulary(size: number, special: string[]): Metadata {
  const { vocab, merges } = syntheticTokenizer(size, special)['tokenizer.json'].model;
  const end = size - special.length;
  const pieces = Object.keys(vocab).sort((a, b) => vocab[a]! - vocab[b]!);
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: 'qwen2' },
    'tokenizer.ggml.tokens': { type: 'strings', value: [...pieces, ...special] },
    'tokenizer.ggml.token_type': {
      type: 'int32s',
      value: Array.from({ length: size }, (_, id) => (id < end ? NORMAL_TOKEN : CONTROL_TOKEN)),
    },
    'tokenizer.ggml.merges': { type: 'strings', value: merges.map(([left, right]) => `${left} ${right}`) },
    'tokenizer.ggml.eos_token_id': uint32(end),
    'tokenizer.ggml.padding_token_id': uint32(end),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
  };
}

/** Throws gguf-unsupported where llama.cpp has no such architecture, or none that we write. */
function llamaCppArchitecture(modelType: string): LlamaCppArchitecture {
  const mapped: [string, Architecture][] = Object.entries(ARCHITECTURES);
  const known = mapped.filter(([, architecture]) => architecture.llamaCpp !== undefined);
  const found = known.find(([name]) => name === modelType)?.[1].llamaCpp;
  if (found !== undefined) return found;
  throw problem('gguf-unsupported', { modelType, known: known.map(([name]) => name) });
}

/**
 * The layers of a plan that llama.cpp computes as the plan means them. Throws gguf-unsupported for another
 * architecture, config-unsupported with the fields that llama.cpp would compute in another way.
 */
export function plainLayers(modelType: string, plan: DecoderPlan): PlainLayer[] {
  const llamaCpp = llamaCppArchitecture(modelType);
  const issues: string[] = [];
  const layers = plan.layers.flatMap(({ attention, mlp, norms }): PlainLayer[] =>
    attention.kind === 'grouped' && mlp.kind === 'gated' ? [{ attention, mlp, norms }] : [],
  );
  for (const { attention } of layers) {
    const { heads, headSize, rope, scale, softcap } = attention;
    if (!['none', 'linear', 'llama3'].includes(rope.scaling.kind)) {
      issues.push(`rope_scaling: GGUF files cannot be written with the rope type ${rope.scaling.kind}`);
    }
    if (softcap !== undefined) issues.push('attn_logit_softcapping: llama.cpp does not apply it to this architecture');
    const expected = llamaCpp.attentionScale?.(plan, attention) ?? 1 / Math.sqrt(headSize);
    if (Math.abs(scale / expected - 1) > 1e-6) {
      issues.push(`query_pre_attn_scalar: llama.cpp multiplies by ${expected} where this configuration wants ${scale}`);
    }
    if (llamaCpp.derivesHeadSize && heads * headSize !== plan.hidden) {
      issues.push('head_dim: llama.cpp takes hidden_size / num_attention_heads for this architecture');
    }
  }
  if (issues.length > 0) throw problem('config-unsupported', { modelType, issues: [...new Set(issues)] });
  return layers;
}

function uint32(value: number) {
  return { type: 'uint32', value } as const;
}

function float32(value: number) {
  return { type: 'float32', value } as const;
}
