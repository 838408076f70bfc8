// A mixture of experts in float64: the router of each architecture and the experts it chooses, from its modelling code.
import { add, multiply } from './decoder.js';
import { type Matrix, type openWeights, unpackRows, type Vector } from './weights.js';

export type Weights = ReturnType<typeof openWeights>;
// biome-ignore lint/suspicious/noExplicitAny: configurations of several architectures, field by field
export type SparseConfig = Record<string, any> & { model_type: string };

/** For each position the experts that a schedule prescribes; null: the router chooses. */
export type Prescribed = ((position: number) => number[]) | null;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const silu = (x: number) => x * sigmoid(x);

export function projection(weights: Weights, layer: number, part: string): Matrix {
  const node = `/model/layers.${layer}/${part.replace('.', '/')}/MatMul`;
  return weights.projection(`model.layers.${layer}.${part}.MatMul.weight`, node);
}

export function mlp(weights: Weights, layer: number, block: string): (row: Vector) => Vector {
  const [gate, up, down] = ['gate_proj', 'up_proj', 'down_proj'].map((part) =>
    projection(weights, layer, `${block}.${part}`),
  ) as [Matrix, Matrix, Matrix];
  return (row) => {
    const raised = multiply(up, row);
    return multiply(
      down,
      multiply(gate, row).map((value, i) => silu(value) * raised[i]!),
    );
  };
}

/** The numbers of a mixture, which configurations have under different names. */
function mixtureOf(c: SparseConfig) {
  const experts = c.num_experts ?? c.n_routed_experts ?? c.moe_num_experts ?? c.num_local_experts;
  const sigmoidScores = c.model_type === 'deepseek_v3' || c.model_type === 'minimax_m2';
  return {
    experts: experts as number,
    perToken: (c.num_experts_per_tok ?? c.moe_k) as number,
    sigmoidScores,
    corrected: sigmoidScores || c.model_type === 'ernie4_5_moe',
    normalized: (c.norm_topk_prob ?? true) as boolean,
    scale: (c.routed_scaling_factor ?? 1) as number,
    biased: c.model_type === 'gpt_oss',
    shared: Boolean(c.shared_expert_intermediate_size ?? c.n_shared_experts ?? c.moe_num_shared_experts),
  };
}

export function mixture(weights: Weights, c: SparseConfig, layer: number, prescribed: Prescribed) {
  const m = mixtureOf(c);
  const name = `model.layers.${layer}`;
  const router = projection(weights, layer, 'moe.router');
  const routerBias = m.biased ? weights.vector(`${name}.moe.router.Add.bias`) : null;
  const correction = m.corrected ? weights.vector(`${name}.moe.router.e_score_correction_bias`) : null;
  const expert = expertOf(weights, c, layer, m.experts);
  const shared = m.shared ? mlp(weights, layer, 'shared_expert') : null;
  const gated = weights.has(`${name}.shared_expert_gate.MatMul.weight`);
  const gate = gated ? projection(weights, layer, 'shared_expert_gate') : null;
  return (row: Vector, position: number): Vector => {
    const product = multiply(router, row);
    const logits = routerBias === null ? product : add(product, routerBias);
    const scores = m.sigmoidScores ? logits.map(sigmoid) : softmax([...logits]);
    const merit = [...scores].map((score, e) => score + (correction?.[e] ?? 0));
    const chosen = prescribed?.(position) ?? largest(eligible(merit, c), m.perToken);
    const sum = m.normalized ? chosen.reduce((total, e) => total + scores[e]!, 0) : 1;
    let out = new Float64Array(row.length) as Vector;
    for (const e of chosen) {
      const weight = (scores[e]! / sum) * m.scale;
      out = add(
        out,
        expert(e, row).map((value) => value * weight),
      );
    }
    if (shared === null) return out;
    const open = gate === null ? 1 : sigmoid(multiply(gate, row)[0]!);
    return add(
      out,
      shared(row).map((value) => value * open),
    );
  };
}

/** DeepSeek: only experts of the best groups; V3 ranks groups by their two best, V2 by their best. */
function eligible(merit: number[], c: SparseConfig): number[] {
  if (c.topk_method !== 'noaux_tc' && c.topk_method !== 'group_limited_greedy') return merit;
  const size = merit.length / c.n_group;
  const groups = Array.from({ length: c.n_group }, (_, g) => {
    const sorted = merit.slice(g * size, (g + 1) * size).sort((a, b) => b - a);
    return c.topk_method === 'noaux_tc' ? sorted[0]! + sorted[1]! : sorted[0]!;
  });
  const kept = largest(groups, c.topk_group);
  return merit.map((value, e) => (kept.includes(Math.floor(e / size)) ? value : Number.NEGATIVE_INFINITY));
}

function largest(values: number[], count: number): number[] {
  return values
    .map((_, i) => i)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, count);
}

/** down(activation(gate) · up) of one expert, from weights of its own or from the packed ones of a layer. */
function expertOf(weights: Weights, c: SparseConfig, layer: number, count: number) {
  const name = `model.layers.${layer}.moe.experts`;
  const packed = (part: string) =>
    unpackRows(weights.vector(`${name}.${part}.qweight`), weights.vector(`${name}.${part}.scales`), {
      packed: weights.dims(`${name}.${part}.qweight`),
      scales: weights.dims(`${name}.${part}.scales`),
      columns: part === 'down_proj' ? (c.moe_intermediate_size ?? c.intermediate_size) : c.hidden_size,
    });
  const fused = weights.has(`${name}.gate_up_proj.qweight`);
  const all = fused ? { gateUp: packed('gate_up_proj'), down: packed('down_proj') } : null;
  const bias = (part: string, e: number, size: number) =>
    c.model_type === 'gpt_oss' ? weights.vector(`${name}.${part}.bias`).slice(e * size, (e + 1) * size) : null;
  const known = Array.from({ length: count }, (_, e) => {
    const gateUp =
      all === null ? projection(weights, layer, `moe.experts.${e}.gate_up_proj`) : rowsOf(all.gateUp, e, count);
    const down = all === null ? projection(weights, layer, `moe.experts.${e}.down_proj`) : rowsOf(all.down, e, count);
    return {
      gateUp,
      down,
      gateUpBias: bias('gate_up_proj', e, gateUp.length),
      downBias: bias('down_proj', e, down.length),
    };
  });
  return (e: number, row: Vector): Vector => {
    const { gateUp, down, gateUpBias, downBias } = known[e]!;
    const product = multiply(gateUp, row);
    const both = gateUpBias === null ? product : add(product, gateUpBias);
    const half = both.length / 2;
    // Packed rows of gate and up alternate; apart they follow one another.
    const inner = Float64Array.from({ length: half }, (_, i) => {
      const [gate, up] = fused ? [both[2 * i]!, both[2 * i + 1]!] : [both[i]!, both[half + i]!];
      if (c.model_type !== 'gpt_oss') return silu(gate) * up;
      const capped = Math.min(gate, c.swiglu_limit);
      return capped * sigmoid(1.702 * capped) * (Math.max(-c.swiglu_limit, Math.min(up, c.swiglu_limit)) + 1);
    });
    const out = multiply(down, inner);
    return downBias === null ? out : add(out, downBias);
  };
}

const rowsOf = (rows: Matrix, e: number, count: number) =>
  rows.slice((e * rows.length) / count, ((e + 1) * rows.length) / count);

export function softmax(scores: number[]): Float64Array {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float64Array.from(powers, (power) => power / sum);
}
