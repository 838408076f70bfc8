// Mixture of experts: a router picks a few of many gated MLPs for each token, and shared experts see every token. There
// are two forms of the same arithmetic: QMoE, as exports have it, and projections for each expert
// (docs/checkpoints.md).
import type { Experts } from '../plan.js';
import { type Block, type Composition, scaled, wantedPositions } from './composition.js';
import { type FusedFormat, fusedExperts } from './fused-experts.js';
import { linear } from './linear.js';
import { gatedMlp } from './mlp.js';
import { type ExpertsBlock, route } from './router.js';
import { separateExperts } from './separate-experts.js';

/** `wantedOnly`: `input` has the wanted positions only. */
export function experts(c: Composition, p: Block<Experts>): string {
  const { plan } = p;
  const node = `/model/layers.${p.layer}/moe`;
  const block: ExpertsBlock = { layer: p.layer, node, input: p.input, plan };
  const schedule = c.schedule === null || !p.wantedOnly ? c.schedule : wantedPositions(c.b, c.schedule);
  const routes = route(c, { ...block, schedule });
  const format = fusedFormatOf(c);
  const mixed =
    format === null ? separateExperts(c, { ...block, routes }) : fusedExperts(c, { ...block, routes, format });
  const routed = scaled(c, `${node}/scale`, mixed, plan.router.scale);
  if (plan.shared === undefined) return routed;
  const shared = gatedMlp(c, {
    layer: p.layer,
    input: p.input,
    plan: { kind: 'gated', intermediate: plan.shared.intermediate, activation: 'silu' },
    name: 'shared_expert',
  });
  return c.b.node('Add', `${node}/Add`, [routed, plan.shared.gated ? gatedShared(c, p, shared) : shared]);
}

/**
 * Exports use QMoE for quantised experts. It has no float form, so float experts are separate in every layout (null).
 */
function fusedFormatOf(c: Composition): FusedFormat | null {
  const { body } = c.precision;
  if (c.layout !== 'published' || body.kind === 'float') return null;
  // QMoE has no scale for a whole tensor, as dynamic quantisation has; it gets one for each row.
  return body.kind === 'blocks' ? { bits: body.bits, blockSize: body.largestBlock } : { bits: 8, blockSize: null };
}

/** shared · sigmoid(w · x), the gate of Qwen's shared expert. */
function gatedShared(c: Composition, p: { layer: number; input: string }, shared: string): string {
  const node = `/model/layers.${p.layer}/shared_expert_gate`;
  const gate = linear(c.b, { kind: 'float' }, c.precision.activation, {
    node: `${node}/MatMul`,
    weight: `model.layers.${p.layer}.shared_expert_gate.MatMul.weight`,
    input: p.input,
    k: c.plan.hidden,
    n: 1,
  });
  return c.b.node('Mul', `${node}/Mul`, [shared, c.b.node('Sigmoid', `${node}/Sigmoid`, [gate])]);
}
