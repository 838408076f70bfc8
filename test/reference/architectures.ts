// What the modelling code of each architecture in Hugging Face transformers makes of config.json, field by field and
// independent of src/: the ropes of modeling_rope_utils, windows, scales, soft caps, norms and biases.
import type { Rotary } from './decoder.js';

/** The fields that tiny configurations set, over all architectures. */
export interface TinyArchitectureConfig {
  model_type: string;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim?: number;
  vocab_size: number;
  max_position_embeddings: number;
  original_max_position_embeddings?: number;
  partial_rotary_factor?: number;
  rope_theta: number;
  rope_local_base_freq?: number;
  rope_scaling?: Record<string, unknown> | null;
  rms_norm_eps: number;
  tie_word_embeddings: boolean;
  attention_bias?: boolean;
  mlp_bias?: boolean;
  use_bias?: boolean;
  sliding_window?: number | null;
  layer_types?: string[];
  query_pre_attn_scalar?: number;
  attn_logit_softcapping?: number | null;
  final_logit_softcapping?: number | null;
  embedding_multiplier?: number;
  residual_multiplier?: number;
  attention_multiplier?: number;
  logits_scaling?: number;
  [field: string]: unknown;
}

export interface ArchitectureMaths {
  heads: number;
  kvHeads: number;
  headSize: number;
  epsilon: number;
  embeddingScale: number;
  residualScale: number;
  attentionScale: number;
  score(value: number): number;
  logit(value: number): number;
  activation(value: number): number;
  sandwich: boolean;
  headNorms: boolean;
  bias: { qkv: boolean; output: boolean; mlp: boolean };
  layer(index: number): Rotary & { window: number };
  /** Keys and values, by position and head, as a cache keeps them; queries from a position on see those. */
  cache?: { from: number; keep(rows: Float64Array[][]): Float64Array[][] };
}

const silu = (x: number) => x / (1 + Math.exp(-x));
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const softcap = (cap: number | null | undefined) => (value: number) => (cap ? cap * Math.tanh(value / cap) : value);
const same = (value: number) => value;

export function mathsOf(c: TinyArchitectureConfig): ArchitectureMaths {
  const headSize = c.head_dim ?? c.hidden_size / c.num_attention_heads;
  const rotary = (interleaved = false) => ({ ...ropeOf(c, headSize), interleaved });
  const common = {
    heads: c.num_attention_heads,
    kvHeads: c.num_key_value_heads,
    headSize,
    epsilon: c.rms_norm_eps,
    embeddingScale: 1,
    residualScale: 1,
    attentionScale: headSize ** -0.5,
    score: same,
    logit: same,
    activation: silu,
    sandwich: false,
    headNorms: false,
    bias: { qkv: c.attention_bias === true, output: c.attention_bias === true, mlp: c.mlp_bias === true },
    layer: () => ({ ...rotary(), window: Number.POSITIVE_INFINITY }),
  };
  switch (c.model_type) {
    case 'llama':
      return common;
    case 'qwen2':
      return { ...common, bias: { qkv: true, output: false, mlp: false } };
    case 'qwen3':
      return { ...common, headNorms: true };
    case 'phi3':
      return { ...common, layer: () => ({ ...rotary(), window: c.sliding_window ?? Number.POSITIVE_INFINITY }) };
    case 'ernie4_5': {
      const bias = c.use_bias === true;
      const layer = () => ({ ...rotary(true), window: Number.POSITIVE_INFINITY });
      return { ...common, bias: { qkv: bias, output: bias, mlp: bias }, layer };
    }
    case 'granitemoehybrid':
      return {
        ...common,
        embeddingScale: c.embedding_multiplier!,
        residualScale: c.residual_multiplier!,
        attentionScale: c.attention_multiplier!,
        logit: (value) => value / c.logits_scaling!,
      };
    case 'gemma3_text':
      return {
        ...common,
        embeddingScale: c.hidden_size ** 0.5,
        attentionScale: c.query_pre_attn_scalar! ** -0.5,
        score: softcap(c.attn_logit_softcapping),
        logit: softcap(c.final_logit_softcapping),
        activation: geluTanh,
        sandwich: true,
        headNorms: true,
        layer(index) {
          if (c.layer_types![index] === 'full_attention') return { ...rotary(), window: Number.POSITIVE_INFINITY };
          const local = { ...c, rope_theta: c.rope_local_base_freq!, rope_scaling: null };
          return { ...ropeOf(local, headSize), interleaved: false, window: c.sliding_window! };
        },
      };
    default:
      throw new Error(`the reference does not know ${c.model_type}`);
  }
}

/** modeling_rope_utils: inverse frequencies and attention factor of each rope_type. */
export function ropeOf(c: TinyArchitectureConfig, headSize: number): Omit<Rotary, 'interleaved'> {
  const size = Math.floor(headSize * (c.partial_rotary_factor ?? 1));
  const scaling = (c.rope_scaling ?? {}) as Record<string, number> & { [list: string]: unknown };
  const inverse = Array.from({ length: size / 2 }, (_, i) => 1 / c.rope_theta ** ((2 * i) / size));
  const { factor, original_max_position_embeddings: original } = scaling;
  switch ((c.rope_scaling?.rope_type ?? c.rope_scaling?.type ?? 'default') as string) {
    case 'default':
      return { frequencies: inverse, magnitude: 1 };
    case 'linear':
      return { frequencies: inverse.map((frequency) => frequency / factor!), magnitude: 1 };
    case 'llama3': {
      const { low_freq_factor: low, high_freq_factor: high } = scaling;
      const frequencies = inverse.map((frequency) => {
        const wavelength = (2 * Math.PI) / frequency;
        if (wavelength < original! / high!) return frequency;
        if (wavelength > original! / low!) return frequency / factor!;
        const smooth = (original! / wavelength - low!) / (high! - low!);
        return ((1 - smooth) * frequency) / factor! + smooth * frequency;
      });
      return { frequencies, magnitude: 1 };
    }
    case 'yarn': {
      const dimension = (rotations: number) =>
        (size * Math.log(original! / (rotations * 2 * Math.PI))) / (2 * Math.log(c.rope_theta));
      let low = dimension(scaling.beta_fast ?? 32);
      let high = dimension(scaling.beta_slow ?? 1);
      if (c.rope_scaling!.truncate !== false) [low, high] = [Math.floor(low), Math.ceil(high)];
      low = Math.max(low, 0);
      high = Math.min(high, size - 1);
      const frequencies = inverse.map((frequency, i) => {
        const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
        return (frequency / factor!) * ramp + frequency * (1 - ramp);
      });
      return { frequencies, magnitude: scaling.attention_factor ?? 0.1 * Math.log(factor!) + 1 };
    }
    case 'longrope': {
      const stretched = c.max_position_embeddings / c.original_max_position_embeddings!;
      const short = c.rope_scaling!.short_factor as number[];
      return {
        frequencies: short.map((divisor, i) => 1 / (divisor * c.rope_theta ** ((2 * i) / size))),
        magnitude: Math.sqrt(1 + Math.log(stretched) / Math.log(c.original_max_position_embeddings!)),
      };
    }
    default:
      throw new Error(`the reference does not know this rope_scaling: ${JSON.stringify(c.rope_scaling)}`);
  }
}
