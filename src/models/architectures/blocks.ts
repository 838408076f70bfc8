// The blocks that decoders are composed of: norms, attention with its inputs, MLP, head.
// Node by node as onnxruntime-genai's builder writes them for CPU, so that the runtime's fused kernels apply.
import type { GraphBuilder } from '../../onnx/graph-builder.js';
import { type Embedding, type Layout, linear, type Precision } from './linear.js';

/** What every block needs to know. `head` is one attention head; sizes are in elements. */
export interface DecoderShape {
  hidden: number;
  intermediate: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  vocab: number;
  context: number;
  ropeTheta: number;
  normEpsilon: number;
  tiedHead: boolean;
}

export interface AttentionInputs {
  seqlens: string;
  totalLength: string;
  cos: string;
  sin: string;
}

/** Graph inputs, and what GroupQueryAttention derives from the mask: int32 lengths and the rotary tables. */
export function attentionInputs(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  layout: Layout,
): AttentionInputs {
  const mask = b.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const root = '/model/attn_mask_reformat';
  const count = b.node('ReduceSum', `${root}/ReduceSum`, [mask, b.int64('axis_1', [1])], { keepdims: 0 });
  const last = b.node('Sub', `${root}/Sub`, [count, b.int64('one', [1])]);
  const dims = b.node('Shape', `${root}/Shape`, [mask]);
  const total = b.node('Gather', `${root}/Gather`, [dims, b.int64('index_1', [1], [])], { axis: 0 });
  return {
    seqlens: b.node('Cast', `${root}/Sub/Cast`, [last], { to: 6 }),
    totalLength: b.node('Cast', `${root}/Gather/Cast`, [total], { to: 6 }),
    cos: rotaryTable(b, shape, precision, layout, 'cos'),
    sin: rotaryTable(b, shape, precision, layout, 'sin'),
  };
}

/** Published exports keep the table at full head size (both halves equal); the kernel wants one half of it. */
function rotaryTable(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  layout: Layout,
  of: 'cos' | 'sin',
): string {
  const half = shape.headSize / 2;
  const fill = { kind: 'rotary', of, theta: shape.ropeTheta, headSize: shape.headSize } as const;
  const columns = layout === 'published' ? shape.headSize : half;
  const table = b.weight(`${of}_cache`, precision.activation, [shape.context, columns], fill);
  if (columns === half) return table;
  return b.node('Slice', `/model/rotary/${of}/Slice`, [
    table,
    b.int64('slice_start', [0]),
    b.int64('half_head', [half]),
    b.int64('axis_1', [1]),
  ]);
}

function normWeight(b: GraphBuilder, shape: DecoderShape, precision: Precision, name: string): string {
  return b.weight(name, precision.activation, [shape.hidden], { kind: 'float', exponent: 0, positive: true });
}

/** The first norm of a decoder: nothing to add yet. */
export function firstNorm(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  input: string,
  name: string,
): string {
  return b.node(
    'SimplifiedLayerNormalization',
    `/${name.replaceAll('.', '/')}/LayerNorm`,
    [input, normWeight(b, shape, precision, `${name}.weight`)],
    { axis: -1, epsilon: { float: shape.normEpsilon }, stash_type: 1 },
  );
}

/** residual + update, and the norm of it: [normed, sum]. */
export function addNorm(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  p: { residual: string; update: string; name: string },
): [string, string] {
  const node = `/${p.name.replaceAll('.', '/')}/SkipLayerNorm`;
  const outputs: [string, string] = [`${node}/output_0`, `${node}/output_3`];
  b.node(
    'SkipSimplifiedLayerNormalization',
    node,
    [p.residual, p.update, normWeight(b, shape, precision, `${p.name}.weight`)],
    { epsilon: { float: shape.normEpsilon } },
    [outputs[0], '', '', outputs[1]],
  );
  return outputs;
}

/** Packed q, k, v projection (with bias where the family has one), rotary attention over the KV cache, output projection. */
export function attention(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  p: { layer: number; input: string; shared: AttentionInputs; qkvBias: boolean; wantedOnly: boolean },
): string {
  const node = `/model/layers.${p.layer}/attn`;
  const weight = `model.layers.${p.layer}.attn`;
  const width = (shape.heads + 2 * shape.kvHeads) * shape.headSize;
  let qkv = linear(b, precision.body, precision.activation, {
    node: `${node}/qkv_proj/MatMul`,
    weight: `${weight}.qkv_proj.MatMul.weight`,
    input: p.input,
    k: shape.hidden,
    n: width,
  });
  if (p.qkvBias) {
    const fill = { kind: 'float', exponent: -6, positive: false } as const;
    const bias = b.weight(`${weight}.qkv_proj.Add.bias`, precision.activation, [width], fill);
    qkv = b.node('Add', `${node}/qkv_proj/Add`, [qkv, bias]);
  }
  const cache = (side: 'past_key_values' | 'present', part: 'key' | 'value') => `${side}.${p.layer}.${part}`;
  for (const part of ['key', 'value'] as const) {
    const dims = (length: string) => ['batch_size', shape.kvHeads, length, shape.headSize];
    b.input(cache('past_key_values', part), precision.activation, dims('past_sequence_length'));
    b.output(cache('present', part), precision.activation, dims('total_sequence_length'));
  }
  const attended = b.node(
    'GroupQueryAttention',
    `${node}/GroupQueryAttention`,
    [
      qkv,
      '',
      '',
      cache('past_key_values', 'key'),
      cache('past_key_values', 'value'),
      p.shared.seqlens,
      p.shared.totalLength,
      p.shared.cos,
      p.shared.sin,
    ],
    {
      num_heads: shape.heads,
      kv_num_heads: shape.kvHeads,
      scale: { float: 1 / Math.sqrt(shape.headSize) },
      do_rotary: 1,
      rotary_interleaved: 0,
      local_window_size: -1,
    },
    [`${node}/GroupQueryAttention/output_0`, cache('present', 'key'), cache('present', 'value')],
  );
  return linear(b, precision.body, precision.activation, {
    node: `${node}/o_proj/MatMul`,
    weight: `${weight}.o_proj.MatMul.weight`,
    input: p.wantedOnly ? wantedPositions(b, attended) : attended,
    k: shape.heads * shape.headSize,
    n: shape.hidden,
  });
}

/** SwiGLU: down(silu(gate(x)) · up(x)). */
export function gatedMlp(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  p: { layer: number; input: string },
): string {
  const node = `/model/layers.${p.layer}/mlp`;
  const project = (name: string, input: string, k: number, n: number) =>
    linear(b, precision.body, precision.activation, {
      node: `${node}/${name}/MatMul`,
      weight: `model.layers.${p.layer}.mlp.${name}.MatMul.weight`,
      input,
      k,
      n,
    });
  const gate = project('gate_proj', p.input, shape.hidden, shape.intermediate);
  const up = project('up_proj', p.input, shape.hidden, shape.intermediate);
  const sigmoid = b.node('Sigmoid', `${node}/act_fn/Sigmoid`, [gate]);
  const silu = b.node('Mul', `${node}/act_fn/Mul`, [gate, sigmoid]);
  const gated = b.node('Mul', `${node}/Mul`, [silu, up]);
  return project('down_proj', gated, shape.intermediate, shape.hidden);
}

/**
 * The last `num_logits_to_keep` positions of `input` (0 keeps all). Everything behind the last attention works on
 * single positions, so cutting there changes no logit and spares a prompt the last layer's MLP.
 */
export function wantedPositions(b: GraphBuilder, input: string): string {
  const name = 'num_logits_to_keep';
  if (!b.graph.inputs.some((known) => known.name === name)) {
    b.input(name, 'int64', []);
    const start = b.node('Neg', '/model/keep/Neg', [name]);
    b.node('Unsqueeze', '/model/keep/Unsqueeze', [start, b.int64('axis_0', [0])], {}, ['keep_start']);
  }
  const end = b.int64('slice_end', [Number.MAX_SAFE_INTEGER]);
  return b.node('Slice', `${input}/Slice`, [input, 'keep_start', end, b.int64('axis_1', [1])]);
}

/** Final norm and head → `logits` of the positions that reach it. */
export function languageHead(
  b: GraphBuilder,
  shape: DecoderShape,
  precision: Precision,
  p: { residual: string; update: string; table: Embedding },
): void {
  const [hidden] = addNorm(b, shape, precision, { residual: p.residual, update: p.update, name: 'model.norm' });
  const node = '/lm_head/MatMul';
  if (shape.tiedHead) p.table.head({ node, input: hidden });
  else {
    const weight = 'lm_head.MatMul.weight';
    linear(b, precision.head, precision.activation, { node, weight, input: hidden, k: shape.hidden, n: shape.vocab });
  }
  b.renameLastOutput('logits');
  b.output('logits', precision.activation, [
    'batch_size',
    precision.keepsLogits ? 'logits_length' : 'sequence_length',
    shape.vocab,
  ]);
}
