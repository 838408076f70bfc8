// The gated MLP and its activations.
import type { GatedMlp } from '../plan.js';
import { type Composition, project } from './composition.js';

/** down(activation(gate(x)) · up(x)). */
export function gatedMlp(c: Composition, p: { layer: number; input: string; plan: GatedMlp; name?: string }): string {
  const { hidden } = c.plan;
  const { intermediate, bias = false } = p.plan;
  const block = p.name ?? 'mlp';
  const node = `/model/layers.${p.layer}/${block}`;
  const part = (name: string, input: string, k: number, n: number) =>
    project(c, { node: `${node}/${name}`, weight: `model.layers.${p.layer}.${block}.${name}`, input, k, n, bias });
  const gate = part('gate_proj', p.input, hidden, intermediate);
  const up = part('up_proj', p.input, hidden, intermediate);
  const activated = activation(c, p.plan.activation, `${node}/act_fn`, gate);
  return part('down_proj', c.b.node('Mul', `${node}/Mul`, [activated, up]), intermediate, hidden);
}

export function activation(c: Composition, kind: GatedMlp['activation'], node: string, input: string): string {
  if (kind === 'gelu_tanh') return c.b.node('FastGelu', `${node}/FastGelu`, [input]);
  const sigmoid = c.b.node('Sigmoid', `${node}/Sigmoid`, [input]);
  return c.b.node('Mul', `${node}/Mul`, [input, sigmoid]);
}
