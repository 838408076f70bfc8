// What every block is given: the graph under construction, the formats of its weights, and the inputs that all layers
// share. Below it are small parts that many blocks use.
import type { GraphLayout } from '../../contract/layouts.js';
import type { GraphBuilder } from '../../formats/onnx/graph-builder.js';
import type { DecoderPlan, Rope } from '../plan.js';
import { BIAS_FILL, linear, type Precision } from './linear.js';

export interface Composition {
  b: GraphBuilder;
  plan: DecoderPlan;
  precision: Precision;
  layout: GraphLayout;
  lengths: Lengths;
  rotary: RotaryTables;
  /** [1, tokens, experts]: 1 for experts that a token must use. null: the router chooses. */
  schedule: string | null;
}

/** One block of a layer: `input` goes in, and the name of its output comes back. */
export interface Block<Plan> {
  layer: number;
  input: string;
  plan: Plan;
  /** Only the wanted positions are computed (`wantedPositions`). */
  wantedOnly: boolean;
}

/** int32 tensors that attention takes instead of a mask: sequence lengths minus one, and the length of the cache. */
export interface Lengths {
  last: string;
  total: string;
}

/** The cos and sin tables of a rope, [context, size / 2]. Layers with the same rope share them. */
export type RotaryTables = (rope: Rope) => { cos: string; sin: string };

/** y = x · Wᵀ (+ bias) in the format of the body. `node` and `weight` name the projection without its operator. */
export function project(
  c: Composition,
  p: { node: string; weight: string; input: string; k: number; n: number; bias?: boolean },
): string {
  const product = linear(c.b, c.precision.body, c.precision.activation, {
    ...p,
    node: `${p.node}/MatMul`,
    weight: `${p.weight}.MatMul.weight`,
  });
  if (!p.bias) return product;
  const bias = c.b.weight(`${p.weight}.Add.bias`, c.precision.activation, [p.n], BIAS_FILL);
  return c.b.node('Add', `${p.node}/Add`, [product, bias]);
}

/** A scalar constant in the type of the activations. */
export function constant(c: Composition, value: number): string {
  return c.b.scalar(`constant_${value}`, c.precision.activation, value);
}

/** factor · input; adds no node where the factor is 1. */
export function scaled(c: Composition, node: string, input: string, factor = 1): string {
  return factor === 1 ? input : c.b.node('Mul', `${node}/Mul`, [input, constant(c, factor)]);
}

/**
 * The last `num_logits_to_keep` positions of `input` (0 keeps all). Everything behind the last attention works on each
 * position by itself, so a cut there changes no logit and saves a prompt the MLP of the last layer.
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

/** int64 [tokens]: past, past + 1, …. The nodes are added once. */
export function sequencePositions(c: Pick<Composition, 'b' | 'lengths'>): string {
  const { b } = c;
  const node = '/model/positions';
  const output = `${node}/Range/output_0`;
  if (b.graph.nodes.some((known) => known.outputs[0] === output)) return output;
  const dims = b.node('Shape', `${node}/Shape`, ['input_ids']);
  const tokens = b.node('Gather', `${node}/Gather`, [dims, b.int64('index_1', [1], [])], { axis: 0 });
  const total = b.node('Cast', `${node}/Cast`, [c.lengths.total], { to: 7 });
  const past = b.node('Sub', `${node}/Sub`, [total, tokens]);
  return b.node('Range', `${node}/Range`, [past, total, b.int64('step_1', [1], [])]);
}
