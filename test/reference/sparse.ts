// Decoders with experts or latent attention in float64, written with naive loops from the modelling code
// (transformers; DeepSeek's own for V2). Keys and values are always made of the latent, whichever form the graph has.

import { ropeOf } from './architectures.js';
import { add, dot, multiply, type Reference, rmsNorm, rotate } from './decoder.js';
import { mixture, mlp, type Prescribed, projection, type SparseConfig, softmax, type Weights } from './mixture.js';
import { type Matrix, openWeights, type Vector } from './weights.js';

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
