// The fields of config.json that architectures have in common, and the parts of a plan that follow from them. A schema
// rejects values that are not implemented, so that no graph differs from its model unnoticed.
import { z } from 'zod';
import { FILE_BOUNDS } from '../../contract/file-bounds.js';
import type { DecoderPlan, GatedMlp, GroupedAttention, LayerPlan, Rope, RopeScaling } from '../plan.js';

/** A whole number that sizes something in a graph. */
const upTo = (bound: number) => z.int().positive().max(bound);
export const count = upTo(FILE_BOUNDS.width);
export const positions = upTo(FILE_BOUNDS.context);
const positive = z.number().positive();

/** Fields of every architecture. */
export const commonFields = {
  hidden_size: count,
  num_hidden_layers: upTo(FILE_BOUNDS.layers),
  num_attention_heads: upTo(FILE_BOUNDS.heads),
  num_key_value_heads: upTo(FILE_BOUNDS.heads),
  head_dim: count.nullish(),
  vocab_size: upTo(FILE_BOUNDS.vocabulary),
  max_position_embeddings: positions,
  rms_norm_eps: positive,
  tie_word_embeddings: z.boolean(),
  rope_theta: positive,
};

/** Fields of a gated MLP. */
export const gatedFields = { intermediate_size: count, hidden_act: z.literal('silu') };

type CommonFields = z.output<z.ZodObject<typeof commonFields>>;
type Heads = Pick<CommonFields, 'hidden_size' | 'num_attention_heads' | 'num_key_value_heads' | 'head_dim'>;

/** Checks that heads have whole sizes and that every key head serves the same number of query heads. */
export function requireWholeHeads(c: Heads, context: z.RefinementCtx): void {
  if (c.head_dim == null && c.hidden_size % c.num_attention_heads !== 0) {
    const message = 'hidden_size must be a multiple of num_attention_heads where head_dim is not given';
    context.addIssue({ code: 'custom', path: ['hidden_size'], message });
  }
  if (c.num_attention_heads % c.num_key_value_heads !== 0) {
    const message = 'num_attention_heads must be a multiple of num_key_value_heads';
    context.addIssue({ code: 'custom', path: ['num_key_value_heads'], message });
  }
}

/** Checks that `layer_types`, where it is given, has one entry for each layer. */
export function requireTypePerLayer(
  c: { num_hidden_layers: number; layer_types?: string[] | undefined },
  context: z.RefinementCtx,
): void {
  if (c.layer_types === undefined || c.layer_types.length === c.num_hidden_layers) return;
  const message = 'layer_types must have num_hidden_layers entries';
  context.addIssue({ code: 'custom', path: ['layer_types'], message });
}

export function headsOf(c: Heads) {
  const headSize = c.head_dim ?? c.hidden_size / c.num_attention_heads;
  return { heads: c.num_attention_heads, kvHeads: c.num_key_value_heads, headSize, scale: 1 / Math.sqrt(headSize) };
}

const scalings = z.discriminatedUnion('rope_type', [
  z.looseObject({ rope_type: z.literal('default') }),
  z.looseObject({ rope_type: z.literal('linear'), factor: positive }),
  z.looseObject({
    rope_type: z.literal('llama3'),
    factor: positive,
    low_freq_factor: positive,
    high_freq_factor: positive,
    original_max_position_embeddings: positions,
  }),
  z.looseObject({
    rope_type: z.literal('yarn'),
    factor: positive,
    original_max_position_embeddings: positions,
    beta_fast: positive.default(32),
    beta_slow: positive.default(1),
    truncate: z.boolean().default(true),
    attention_factor: positive.nullish(),
    mscale: positive.nullish(),
    mscale_all_dim: positive.nullish(),
  }),
]);

/** The scaling of rotary positions. Older files write `type` instead of `rope_type`. */
export const ropeScaling = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('type' in value) || 'rope_type' in value) return value;
  return { ...value, rope_type: value.type };
}, scalings.nullish());

function scalingOf(scaling: z.output<typeof ropeScaling>): RopeScaling {
  switch (scaling?.rope_type) {
    case undefined:
    case 'default':
      return { kind: 'none' };
    case 'linear':
      return { kind: 'linear', factor: scaling.factor };
    case 'llama3':
      return {
        kind: 'llama3',
        factor: scaling.factor,
        lowFrequency: scaling.low_freq_factor,
        highFrequency: scaling.high_freq_factor,
        originalContext: scaling.original_max_position_embeddings,
      };
    case 'yarn':
      return {
        kind: 'yarn',
        factor: scaling.factor,
        betaFast: scaling.beta_fast,
        betaSlow: scaling.beta_slow,
        originalContext: scaling.original_max_position_embeddings,
        truncate: scaling.truncate,
        magnitude: scaling.attention_factor ?? yarnMagnitude(scaling),
      };
  }
}

/**
 * What yarn multiplies cos and sin by: 0.1 · ln(factor) + 1, or a quotient of two such terms where both of DeepSeek's
 * fields are given (transformers' modeling_rope_utils).
 */
function yarnMagnitude(y: { factor: number; mscale?: number | null; mscale_all_dim?: number | null }): number {
  const magnitude = (scale: number) => (y.factor <= 1 ? 1 : 0.1 * scale * Math.log(y.factor) + 1);
  return y.mscale && y.mscale_all_dim ? magnitude(y.mscale) / magnitude(y.mscale_all_dim) : magnitude(1);
}

type RopeFields = { rope_theta: number; rope_scaling?: z.output<typeof ropeScaling> };

/** Rotary positions over the first `size` elements of a head, in two halves. */
export function ropeOf(c: RopeFields, size: number): Rope {
  return { theta: c.rope_theta, size, interleaved: false, scaling: scalingOf(c.rope_scaling) };
}

/** The config of a decoder with grouped attention; an architecture extends it with its own fields. */
export const groupedSchema = z
  .looseObject({ ...commonFields, rope_scaling: ropeScaling })
  .superRefine(requireWholeHeads);
/** The same with the fields of a gated MLP. */
export const gatedSchema = groupedSchema.safeExtend(gatedFields);

/** Attention that rotates whole heads in two halves, except for what `own` says. */
export function attentionOf(c: Heads & RopeFields, own: Partial<GroupedAttention> = {}): GroupedAttention {
  const heads = headsOf(c);
  return { kind: 'grouped', ...heads, rope: ropeOf(c, heads.headSize), ...own };
}

/** Biases of all projections of an attention, or of none. */
export function attentionBias(biased: boolean) {
  return { qkvBias: biased, outputBias: biased };
}

export function gatedMlp(c: { intermediate_size: number }, own: Partial<GatedMlp> = {}): GatedMlp {
  return { kind: 'gated', intermediate: c.intermediate_size, activation: 'silu', ...own };
}

type Layer = Omit<LayerPlan, 'norms'> & Partial<LayerPlan>;

/** The plan with the layers that `layerAt` describes by their indices. They have one norm before each block by default. */
export function decoderPlan(c: CommonFields, layerAt: (index: number) => Layer): DecoderPlan {
  return {
    hidden: c.hidden_size,
    vocab: c.vocab_size,
    context: c.max_position_embeddings,
    normEpsilon: c.rms_norm_eps,
    tiedHead: c.tie_word_embeddings,
    layers: Array.from({ length: c.num_hidden_layers }, (_, index) => ({ norms: 'pre', ...layerAt(index) })),
  };
}
