// What a GGUF says of its model: llama.cpp's keys, made of the decoder plan, and a synthetic vocabulary.
// What llama.cpp computes by its own rules (scales, biases) is checked against the plan and refused where it differs.
import { problem } from '../../errors.js';
import type { Metadata } from '../../formats/gguf/header.js';
import type { ModelConfig } from '../architecture.js';
import type { DecoderPlan } from '../plan.js';
import { syntheticTokenizer } from '../synthetic-tokenizer.js';
import type { GgufDtype, PlainLayer } from './tensors.js';

/** model_type → llama.cpp's name of the architecture. */
const ARCHITECTURES: Record<string, string> = {
  qwen2: 'qwen2',
  qwen3: 'qwen3',
  llama: 'llama',
  gemma3_text: 'gemma3',
};
/** llama.cpp's numbers for the format of most weights. */
const FILE_TYPES: Record<GgufDtype, number> = { fp16: 1, q4: 2, int8: 7 };
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;

export function planMetadata(p: {
  id: string;
  config: ModelConfig;
  plan: DecoderPlan;
  layers: PlainLayer[];
  dtype: GgufDtype;
  specialTokens: string[];
}): Metadata {
  const { plan, layers } = p;
  const name = ARCHITECTURES[p.config.model_type]!;
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
    ...vocabulary(plan.vocab, p.specialTokens),
  };
}

/** The vocabulary of the ONNX checkpoints: bytes, merges and, last, special tokens. */
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

/** The layers of a plan that llama.cpp runs as it is meant; throws gguf-unsupported or config-unsupported. */
export function plainLayers(modelType: string, plan: DecoderPlan): PlainLayer[] {
  if (ARCHITECTURES[modelType] === undefined) {
    throw problem('gguf-unsupported', { modelType, known: Object.keys(ARCHITECTURES) });
  }
  const issues: string[] = [];
  const layers = plan.layers.flatMap(({ attention, mlp, norms }): PlainLayer[] =>
    attention.kind === 'grouped' && mlp.kind === 'gated' ? [{ attention, mlp, norms }] : [],
  );
  for (const { attention } of layers) {
    const { heads, headSize, rope, scale, softcap } = attention;
    if (!['none', 'linear', 'llama3'].includes(rope.scaling.kind)) {
      issues.push(`rope_scaling: a GGUF of rope type ${rope.scaling.kind} is not written`);
    }
    if (softcap !== undefined) issues.push('attn_logit_softcapping: llama.cpp does not apply it to this architecture');
    const expected = scaleOfLlamaCpp(modelType, plan, heads, headSize);
    if (Math.abs(scale / expected - 1) > 1e-6) {
      issues.push(`query_pre_attn_scalar: llama.cpp multiplies by ${expected} where this configuration wants ${scale}`);
    }
    if (modelType === 'qwen2' && heads * headSize !== plan.hidden) {
      issues.push('head_dim: llama.cpp takes hidden_size / num_attention_heads for this architecture');
    }
  }
  if (issues.length > 0) throw problem('config-unsupported', { modelType, issues: [...new Set(issues)] });
  return layers;
}

/** Gemma 3 of 27B, which llama.cpp knows by its 62 layers, divides by another size. */
function scaleOfLlamaCpp(modelType: string, plan: DecoderPlan, heads: number, headSize: number): number {
  const is27b = modelType === 'gemma3_text' && plan.layers.length === 62;
  return 1 / Math.sqrt(is27b ? plan.hidden / heads : headSize);
}

function uint32(value: number) {
  return { type: 'uint32', value } as const;
}

function float32(value: number) {
  return { type: 'float32', value } as const;
}
