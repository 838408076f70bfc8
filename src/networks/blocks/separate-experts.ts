// Experts as separate projections, in the same format as all other projections.
import type { Experts } from '../plan.js';
import { type Composition, constant, scaled } from './composition.js';
import { expertBias } from './fused-experts.js';
import { linear } from './linear.js';
import { activation } from './mlp.js';
import type { ExpertsBlock, Routes } from './router.js';

/**
 * Sorts the rows of tokens by expert and splits them, so that each expert multiplies its own rows. An expert without
 * rows returns at once, so a decode step reads only the chosen experts, and at the speed of any other projection.
 */
export function separateExperts(c: Composition, p: ExpertsBlock & { routes: Routes }): string {
  const { b } = c;
  const { hidden } = c.plan;
  const { node, plan, routes } = p;
  const sorted = sortByExpert(c, p);
  const rows = b.node('Reshape', `${node}/rows/Reshape`, [p.input, b.int64(`tokens_of_${hidden}`, [-1, hidden])]);
  const picked = b.node('Gather', `${node}/rows/Gather`, [rows, sorted.tokens], { axis: 0 });
  const each = (name: string, input: string, k: number, n: number) => {
    const outputs = Array.from({ length: plan.count }, (_, e) => `${node}/experts.${e}/${name}/rows`);
    b.node('Split', `${node}/${name}/Split`, [input, sorted.counts], { axis: 0 }, outputs);
    const products = outputs.map((rowsOfExpert, e) =>
      linear(b, c.precision.body, c.precision.activation, {
        node: `${node}/experts.${e}/${name}/MatMul`,
        weight: `model.layers.${p.layer}.moe.experts.${e}.${name}.MatMul.weight`,
        input: rowsOfExpert,
        k,
        n,
      }),
    );
    const product = b.node('Concat', `${node}/${name}/Concat`, products, { axis: 0 });
    if (!plan.bias) return product;
    const bias = expertBias(c, { layer: p.layer, name, count: plan.count, size: n });
    const added = b.node('Gather', `${node}/${name}/Gather`, [bias, sorted.experts], { axis: 0 });
    return b.node('Add', `${node}/${name}/Add`, [product, added]);
  };
  const gateUp = each('gate_up_proj', picked, hidden, 2 * plan.intermediate);
  const output = each('down_proj', gated(c, p, gateUp), plan.intermediate, hidden);
  const back = b.node('Gather', `${node}/unsort/Gather`, [output, sorted.back], { axis: 0 });
  const grouped = b.int64(`experts_of_token_${plan.perToken}`, [-1, plan.perToken, hidden]);
  const ofToken = b.node('Reshape', `${node}/unsort/Reshape`, [back, grouped]);
  const weights = b.node('Unsqueeze', `${node}/mix/Unsqueeze`, [routes.weights(), b.int64('axis_1', [1])]);
  const mixed = b.node('MatMul', `${node}/mix/MatMul`, [weights, ofToken]);
  const shape = b.node('Shape', `${node}/mix/Shape`, [p.input]);
  return b.node('Reshape', `${node}/mix/Reshape`, [mixed, shape]);
}

/**
 * Sorts the pairs of token and expert by expert. `counts`: rows of each expert. `back`: the order that undoes the sort.
 */
function sortByExpert(c: Composition, p: { node: string; plan: Experts; routes: Routes }) {
  const { b } = c;
  const node = `${p.node}/sort`;
  const order = (name: string, keys: string, length: string) => {
    const outputs: [string, string] = [`${node}/${name}/keys`, `${node}/${name}/order`];
    b.node('TopK', `${node}/${name}/TopK`, [keys, length], { axis: 0, largest: 0, sorted: 1 }, outputs);
    return outputs;
  };
  const flat = b.node('Reshape', `${node}/Reshape`, [p.routes.experts(), b.int64('flat', [-1])]);
  const length = b.node('Shape', `${node}/Shape`, [flat]);
  const [experts, pairs] = order('by_expert', flat, length);
  const ones = b.node('Expand', `${node}/Expand`, [b.int64('one', [1]), length]);
  const none = b.int64(`no_tokens_${p.plan.count}`, Array(p.plan.count).fill(0));
  return {
    experts,
    tokens: b.node('Div', `${node}/Div`, [pairs, b.int64(`per_token_${p.plan.perToken}`, [p.plan.perToken])]),
    counts: b.node('ScatterElements', `${node}/counts`, [none, experts, ones], { axis: 0, reduction: 'add' }),
    back: order('back', pairs, length)[1],
  };
}

/** activation(gate) · up, where the first half of `gateUp` is the gate. */
function gated(c: Composition, p: { node: string; plan: Experts }, gateUp: string): string {
  const { b } = c;
  const node = `${p.node}/act_fn`;
  const [gate, up] = [`${node}/gate`, `${node}/up`] as [string, string];
  b.node('Split', `${node}/Split`, [gateUp], { axis: -1, num_outputs: 2 }, [gate, up]);
  if (p.plan.activation === 'silu') return b.node('Mul', `${node}/gated/Mul`, [activation(c, 'silu', node, gate), up]);
  const { alpha, limit } = p.plan.activation;
  const [high, low] = [constant(c, limit), constant(c, -limit)];
  const capped = b.node('Min', `${node}/Min`, [gate, high]);
  const slope = b.node('Sigmoid', `${node}/Sigmoid`, [scaled(c, `${node}/alpha`, capped, alpha)]);
  const linearPart = b.node('Clip', `${node}/Clip`, [up, low, high]);
  const shifted = b.node('Add', `${node}/Add`, [linearPart, constant(c, 1)]);
  return b.node('Mul', `${node}/Mul_2`, [b.node('Mul', `${node}/Mul_1`, [capped, slope]), shifted]);
}
