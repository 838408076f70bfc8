// Decoders with experts or latent attention in float64, written with naive loops from the families' modelling code
// (transformers; DeepSeek's own for V2). Keys and values are always made of the latent, whichever form the graph has.
import { add, dot, multiply, type Reference, rmsNorm, rotate } from './decoder.js';
import { ropeOf } from './families.js';
import { type Matrix, openWeights, unpackRows, type Vector } from './weights.js';

type Weights = ReturnType<typeof openWeights>;
// biome-ignore lint/suspicious/noExplicitAny: configurations of several families, field by field
export type SparseConfig = Record<string, any> & { model_type: string };

/** For each position the experts that a schedule prescribes; null: the router chooses. */
export type Prescribed = ((position: number) => number[]) | null;

export function openSparseReference(graph: string, config: SparseConfig, prescribed: Prescribed): Reference {
  const weights = openWeights(graph);
  const table = weights.table('model.embed_tokens.weight', '/model/embed_tokens/Gather_dequant');
  const head = config.tie_word_embeddings ? table : weights.projection('lm_head.MatMul.weight', '/lm_head/MatMul');
  const norm = (rows: Vector[], name: string) =>
    rows.map((row) => rmsNorm(row, weights.vector(`${name}.weight`), config.rms_norm_eps));
  return {
    logits(ids) {
      let hidden: Vector[] = ids.map((id) => table[id]!);
      for (let i = 0; i < config.num_hidden_layers; i++) {
        const layer = `model.layers.${i}`;
        const attended = (config.kv_lora_rank ? latentAttention : groupedAttention)(
          weights,
          config,
          i,
          norm(hidden, `${layer}.input_layernorm`),
        );
        hidden = hidden.map((row, t) => add(row, attended[t]!));
        const input = norm(hidden, `${layer}.post_attention_layernorm`);
        const sparse = weights.has(`${layer}.moe.router.MatMul.weight`);
        const block = sparse ? mixture(weights, config, i, prescribed) : mlp(weights, i, 'mlp');
        hidden = hidden.map((row, t) => add(row, block(input[t]!, t)));
      }
      return norm(hidden, 'model.norm').map((row) => multiply(head, row));
    },
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const silu = (x: number) => x * sigmoid(x);

function projection(weights: Weights, layer: number, part: string): Matrix {
  const node = `/model/layers.${layer}/${part.replace('.', '/')}/MatMul`;
  return weights.projection(`model.layers.${layer}.${part}.MatMul.weight`, node);
}

function mlp(weights: Weights, layer: number, block: string): (row: Vector) => Vector {
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

/** What the configurations of the families call the same things. */
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

function mixture(weights: Weights, c: SparseConfig, layer: number, prescribed: Prescribed) {
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

function softmax(scores: number[]): Float64Array {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float64Array.from(powers, (power) => power / sum);
}

/** Causal attention over prepared heads, [position][head]; `sinks` take part in the softmax without a value. */
function attend(p: {
  queries: Vector[][];
  keys: Vector[][];
  values: Vector[][];
  scale: number;
  window: number;
  sinks: Vector | null;
}): Vector[] {
  return p.queries.map((heads, t) => {
    const first = Math.max(0, t - p.window + 1);
    const out = heads.map((query, h) => {
      const kv = Math.floor(h / (heads.length / p.keys[0]!.length));
      const scores = Array.from({ length: t - first + 1 }, (_, s) => dot(query, p.keys[first + s]![kv]!) * p.scale);
      const weights = softmax(p.sinks === null ? scores : [...scores, p.sinks[h]!]);
      const mixed = new Float64Array(p.values[0]![kv]!.length);
      scores.forEach((_, s) => {
        p.values[first + s]![kv]!.forEach((value, i) => {
          mixed[i]! += weights[s]! * value;
        });
      });
      return [...mixed];
    });
    return Float64Array.from(out.flat());
  });
}

function groupedAttention(weights: Weights, c: SparseConfig, layer: number, rows: Vector[]): Vector[] {
  const name = `model.layers.${layer}.attn`;
  const size = c.head_dim ?? c.hidden_size / c.num_attention_heads;
  const biased = c.model_type === 'qwen2_moe' || c.model_type === 'gpt_oss';
  const project = (part: string, input: Vector[], bias: boolean) => {
    const matrix = projection(weights, layer, `attn.${part}`);
    const added = bias ? weights.vector(`${name}.${part}.Add.bias`) : null;
    return input.map((row) => (added === null ? multiply(matrix, row) : add(multiply(matrix, row), added)));
  };
  const packed = project('qkv_proj', rows, biased);
  const [queries, keys] = [c.num_attention_heads, c.num_key_value_heads];
  const widths = [0, queries * size, (queries + keys) * size, (queries + 2 * keys) * size];
  const part = (i: number) => packed.map((row) => row.slice(widths[i], widths[i + 1]));
  const heads = (row: Vector) =>
    Array.from({ length: row.length / size }, (_, h) => row.slice(h * size, (h + 1) * size));
  const rotary = {
    ...ropeOf({ ...c, partial_rotary_factor: (c.rotary_dim ?? size) / size } as never, size),
    interleaved: c.model_type === 'ernie4_5_moe',
  };
  const prepared = (input: Vector[], norm: string) =>
    input.map((row, t) => {
      const weight = weights.has(`${name}.${norm}.weight`) ? weights.vector(`${name}.${norm}.weight`) : null;
      // MiniMax M2 norms all heads at once, Qwen3 each.
      const across = weight !== null && weight.length > size ? rmsNorm(row, weight, c.rms_norm_eps) : row;
      const each = (head: Vector) =>
        weight !== null && weight.length === size ? rmsNorm(head, weight, c.rms_norm_eps) : head;
      return heads(across).map((head) => rotate(each(head), t, rotary));
    });
  const attended = attend({
    queries: prepared(part(0), 'q_norm'),
    keys: prepared(part(1), 'k_norm'),
    values: part(2).map(heads),
    scale: size ** -0.5,
    window: c.layer_types?.[layer] === 'sliding_attention' ? c.sliding_window : Number.POSITIVE_INFINITY,
    sinks: c.model_type === 'gpt_oss' ? weights.vector(`${name}.sinks`) : null,
  });
  return project('o_proj', attended, c.model_type === 'gpt_oss');
}

function latentAttention(weights: Weights, c: SparseConfig, layer: number, rows: Vector[]): Vector[] {
  const { num_attention_heads: count, qk_nope_head_dim: plain, qk_rope_head_dim: rope, kv_lora_rank: rank } = c;
  const project = (part: string, input: Vector[]) => {
    const matrix = projection(weights, layer, `attn.${part}`);
    return input.map((row) => multiply(matrix, row));
  };
  const norm = (part: string, input: Vector[]) => {
    const weight = weights.vector(`model.layers.${layer}.attn.${part}.weight`);
    return input.map((row) => rmsNorm(row, weight, c.rms_norm_eps));
  };
  const query = c.q_lora_rank
    ? project('q_b_proj', norm('q_a_layernorm', project('q_a_proj', rows)))
    : project('q_proj', rows);
  const compressed = project('kv_a_proj_with_mqa', rows);
  const latents = norm(
    'kv_a_layernorm',
    compressed.map((row) => row.slice(0, rank)),
  );
  const made = keyValueMatrices(weights, c, layer);
  const magnitude = (scale: number) => 0.1 * scale * Math.log(c.rope_scaling.factor) + 1;
  const { mscale, mscale_all_dim: overall } = c.rope_scaling;
  const rotary = {
    frequencies: ropeOf(c as never, rope).frequencies,
    magnitude: magnitude(mscale) / magnitude(overall),
    interleaved: true,
  };
  const stretch = magnitude(overall) ** 2;
  const joined = (a: Vector, b: Vector) => Float64Array.from([...a, ...b]);
  const attended = attend({
    queries: query.map((row, t) =>
      Array.from({ length: count }, (_, h) => {
        const head = row.slice(h * (plain + rope), (h + 1) * (plain + rope));
        return joined(head.slice(0, plain), rotate(head.slice(plain), t, rotary));
      }),
    ),
    keys: latents.map((latent, t) => {
      const rotated = rotate(compressed[t]!.slice(rank), t, rotary);
      return made.map(({ key }) => joined(multiply(key, latent), rotated));
    }),
    values: latents.map((latent) => made.map(({ value }) => multiply(value, latent))),
    scale: stretch * (plain + rope) ** -0.5,
    window: Number.POSITIVE_INFINITY,
    sinks: null,
  });
  return project('o_proj', attended);
}

/** Each head's matrices from latent to key and to value; an absorbed key matrix is stored transposed. */
function keyValueMatrices(weights: Weights, c: SparseConfig, layer: number): { key: Matrix; value: Matrix }[] {
  const { qk_nope_head_dim: plain, v_head_dim: width, kv_lora_rank: rank } = c;
  const size = plain + width;
  return Array.from({ length: c.num_attention_heads }, (_, h) => {
    if (!weights.has(`model.layers.${layer}.attn.kv_b_proj.MatMul.weight`, true)) {
      const absorbed = projection(weights, layer, `attn.kv_b_proj.key.${h}`);
      const key = Array.from({ length: plain }, (_, i) =>
        Float64Array.from({ length: rank }, (_, r) => absorbed[r]![i]!),
      );
      return { key, value: projection(weights, layer, `attn.kv_b_proj.value.${h}`) };
    }
    const all = projection(weights, layer, 'attn.kv_b_proj');
    return { key: all.slice(h * size, h * size + plain), value: all.slice(h * size + plain, (h + 1) * size) };
  });
}
