// Qwen2 and Qwen2.5 (dense): GQA with q/k/v bias, rotary positions, RMS norms, SwiGLU, tied or separate head.
// Source of the layout: transformers' Qwen2ForCausalLM and onnxruntime-genai's builder.
import { z } from 'zod';
import { createGraphBuilder } from '../../onnx/graph-builder.js';
import type { Architecture } from '../architectures.js';
import {
  addNorm,
  attention,
  attentionInputs,
  type DecoderShape,
  firstNorm,
  gatedMlp,
  languageHead,
  wantedPositions,
} from './blocks.js';
import { embedding, precisionOf } from './linear.js';

const count = z.int().positive();
const configSchema = z
  .looseObject({
    hidden_size: count,
    intermediate_size: count,
    num_hidden_layers: count,
    num_attention_heads: count,
    num_key_value_heads: count,
    vocab_size: count,
    max_position_embeddings: count,
    rope_theta: z.number().positive(),
    rms_norm_eps: z.number().positive(),
    tie_word_embeddings: z.boolean(),
    hidden_act: z.literal('silu'),
    use_sliding_window: z.literal(false),
  })
  .refine((c) => c.hidden_size % c.num_attention_heads === 0, 'hidden_size must be a multiple of num_attention_heads')
  .refine(
    (c) => c.num_attention_heads % c.num_key_value_heads === 0,
    'heads must be a multiple of num_key_value_heads',
  );

export const qwen2: Architecture = {
  modelType: 'qwen2',
  configSchema,
  shape(config): DecoderShape {
    const c = configSchema.parse(config);
    return {
      hidden: c.hidden_size,
      intermediate: c.intermediate_size,
      layers: c.num_hidden_layers,
      heads: c.num_attention_heads,
      kvHeads: c.num_key_value_heads,
      headSize: c.hidden_size / c.num_attention_heads,
      vocab: c.vocab_size,
      context: c.max_position_embeddings,
      ropeTheta: c.rope_theta,
      normEpsilon: c.rms_norm_eps,
      tiedHead: c.tie_word_embeddings,
    };
  },
  build(config, dtype, layout) {
    const shape = this.shape(config);
    const precision = precisionOf(dtype, layout);
    const b = createGraphBuilder();
    const ids = b.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
    const shared = attentionInputs(b, shape, precision, layout);
    const table = embedding(b, precision.head, precision.activation, { ids, vocab: shape.vocab, hidden: shape.hidden });
    let residual = table.rows;
    let update = '';
    for (let layer = 0; layer < shape.layers; layer++) {
      const name = `model.layers.${layer}`;
      let normed: string;
      if (layer === 0) normed = firstNorm(b, shape, precision, residual, `${name}.input_layernorm`);
      else [normed, residual] = addNorm(b, shape, precision, { residual, update, name: `${name}.input_layernorm` });
      const wantedOnly = precision.keepsLogits && layer === shape.layers - 1;
      update = attention(b, shape, precision, { layer, input: normed, shared, qkvBias: true, wantedOnly });
      if (wantedOnly) residual = wantedPositions(b, residual);
      [normed, residual] = addNorm(b, shape, precision, { residual, update, name: `${name}.post_attention_layernorm` });
      update = gatedMlp(b, shape, precision, { layer, input: normed });
    }
    languageHead(b, shape, precision, { residual, update, table });
    return b.graph;
  },
};
