// Builds the graph of a decoder from its plan: embedding, layers of attention and MLP around a residual stream, head.
import type { SyntheticDtype } from '../contract/dtypes.js';
import type { GraphLayout } from '../contract/layouts.js';
import type { Routing } from '../contract/vocabulary.js';
import { createGraphBuilder, type Graph } from '../formats/onnx/graph-builder.js';
import { type Composition, constant, scaled } from './blocks/composition.js';
import { experts } from './blocks/experts.js';
import { groupedAttention, sequenceLengths } from './blocks/grouped-attention.js';
import { latentAttention } from './blocks/latent-attention.js';
import { type Embedding, embedding, linear, precisionOf } from './blocks/linear.js';
import { gatedMlp } from './blocks/mlp.js';
import { type ResidualStream, residualStream, rmsNorm } from './blocks/norms.js';
import { createRotaryTables } from './blocks/rotary.js';
import { routingSchedule } from './blocks/schedule.js';
import type { DecoderPlan, LayerPlan } from './plan.js';

export function buildDecoder(
  plan: DecoderPlan,
  dtype: SyntheticDtype,
  layout: GraphLayout,
  routing: Routing = 'balanced',
): Graph {
  const precision = precisionOf(dtype, layout, plan);
  const b = createGraphBuilder();
  const ids = b.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const lengths = sequenceLengths(b);
  const wide = layout === 'published' && plan.publishesWideTables === true;
  const rotary = createRotaryTables(b, { context: plan.context, type: precision.activation, wide });
  for (const { attention } of plan.layers) rotary(attention.rope);
  const schedule = routingSchedule({ b, lengths, precision }, plan, routing);
  const c: Composition = { b, plan, precision, layout, lengths, rotary, schedule };
  const size = { vocab: plan.vocab, hidden: plan.hidden, headAgain: precision.headAgain };
  const table = embedding(b, precision.head, precision.activation, { ids, ...size });
  const stream = residualStream(c, scaled(c, '/model/embed_tokens', table.rows, plan.embeddingScale));
  plan.layers.forEach((layer, index) => {
    composeLayer(c, stream, layer, index);
  });
  languageHead(c, stream.read('model.norm'), table);
  return b.graph;
}

function composeLayer(c: Composition, stream: ResidualStream, plan: LayerPlan, layer: number): void {
  const name = `model.layers.${layer}`;
  const sandwich = plan.norms === 'sandwich';
  /** The output of a block as it is added to the stream. */
  const leave = (output: string, norm: string) =>
    sandwich ? rmsNorm(c, { input: output, name: `${name}.${norm}`, size: c.plan.hidden }) : output;

  const wantedOnly = c.precision.keepsLogits && layer === c.plan.layers.length - 1;
  const block = { layer, wantedOnly };
  const input = stream.read(`${name}.input_layernorm`);
  const attended =
    plan.attention.kind === 'grouped'
      ? groupedAttention(c, { ...block, input, plan: plan.attention })
      : latentAttention(c, { ...block, input, plan: plan.attention });
  if (wantedOnly) stream.keepWanted();
  stream.add(`/model/layers.${layer}/attn`, leave(attended, 'post_attention_layernorm'));
  const between = stream.read(`${name}.${sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'}`);
  const output =
    plan.mlp.kind === 'gated'
      ? gatedMlp(c, { layer, input: between, plan: plan.mlp })
      : experts(c, { ...block, input: between, plan: plan.mlp });
  stream.add(`/model/layers.${layer}/mlp`, leave(output, 'post_feedforward_layernorm'));
}

/** Hidden states → the graph output `logits`. */
function languageHead(c: Composition, hidden: string, table: Embedding): void {
  const { b, plan, precision } = c;
  const node = '/lm_head/MatMul';
  const product = plan.tiedHead
    ? table.head({ node, input: hidden })
    : linear(b, precision.ownHead, precision.activation, {
        node,
        weight: 'lm_head.MatMul.weight',
        input: hidden,
        k: plan.hidden,
        n: plan.vocab,
      });
  const logits = scaled(c, '/lm_head/scale', product, plan.logitsScale);
  if (plan.logitsSoftcap !== undefined) {
    const cap = constant(c, plan.logitsSoftcap);
    const tanh = b.node('Tanh', '/lm_head/softcap/Tanh', [b.node('Div', '/lm_head/softcap/Div', [logits, cap])]);
    b.node('Mul', '/lm_head/softcap/Mul', [tanh, cap]);
  }
  b.renameLastOutput('logits');
  const length = precision.keepsLogits ? 'logits_length' : 'sequence_length';
  b.output('logits', precision.activation, ['batch_size', length, plan.vocab]);
}
