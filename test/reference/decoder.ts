// A decoder in float64, written with naive loops from the modelling code in Hugging Face transformers. What makes one
// architecture differ from another is read off config.json in architectures.ts. It shares with src/ only the reader
// that finds tensors in a checkpoint.
import { type ArchitectureMaths, mathsOf, type TinyArchitectureConfig } from './architectures.js';
import { type Matrix, openWeights, type Vector } from './weights.js';

export interface Reference {
  /** The logits of every position of a whole sequence. */
  logits(ids: readonly number[]): Vector[];
}

/** By the names that ONNX checkpoints have. */
type Weights = ReturnType<typeof openWeights>;
export type DecoderWeights = Pick<Weights, 'vector' | 'table' | 'projection'> & Partial<Pick<Weights, 'has'>>;
type Project = (row: Vector) => Vector;

interface Layer {
  norms: Record<'input' | 'postAttention' | 'preMlp' | 'postMlp', Vector | null>;
  qkv: Project;
  queryNorm: Vector | null;
  keyNorm: Vector | null;
  output: Project;
  gate: Project;
  up: Project;
  down: Project;
}

export function openReference(
  graph: string,
  config: TinyArchitectureConfig,
  maths = mathsOf(config),
  weights: DecoderWeights = openWeights(graph),
): Reference {
  const embedding = weights.table('model.embed_tokens.weight', '/model/embed_tokens/Gather_dequant');
  const apart = !config.tie_word_embeddings || weights.has?.('lm_head.MatMul.weight', true) === true;
  const head = apart ? weights.projection('lm_head.MatMul.weight', '/lm_head/MatMul') : embedding;
  const finalNorm = weights.vector('model.norm.weight');
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => openLayer(weights, maths, i));
  return {
    logits(ids) {
      let hidden: Vector[] = ids.map((id) => embedding[id]!.map((value) => value * maths.embeddingScale));
      layers.forEach((layer, i) => {
        hidden = forwardLayer(layer, hidden, maths, i);
      });
      return hidden.map((row) => multiply(head, rmsNorm(row, finalNorm, maths.epsilon)).map(maths.logit));
    },
  };
}

function openLayer(weights: DecoderWeights, maths: ArchitectureMaths, i: number): Layer {
  const name = `model.layers.${i}`;
  const projection = (part: string, bias: boolean): Project => {
    const node = `/model/layers.${i}/${part.replace('.', '/')}/MatMul`;
    const matrix = weights.projection(`${name}.${part}.MatMul.weight`, node);
    const added = bias ? weights.vector(`${name}.${part}.Add.bias`) : null;
    return (row) => (added === null ? multiply(matrix, row) : add(multiply(matrix, row), added));
  };
  const norm = (part: string) => weights.vector(`${name}.${part}.weight`);
  const { sandwich, bias } = maths;
  return {
    norms: {
      input: norm('input_layernorm'),
      postAttention: sandwich ? norm('post_attention_layernorm') : null,
      preMlp: norm(sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'),
      postMlp: sandwich ? norm('post_feedforward_layernorm') : null,
    },
    qkv: projection('attn.qkv_proj', bias.qkv),
    queryNorm: maths.headNorms ? norm('attn.q_norm') : null,
    keyNorm: maths.headNorms ? norm('attn.k_norm') : null,
    output: projection('attn.o_proj', bias.output),
    gate: projection('mlp.gate_proj', bias.mlp),
    up: projection('mlp.up_proj', bias.mlp),
    down: projection('mlp.down_proj', bias.mlp),
  };
}

function forwardLayer(layer: Layer, hidden: Vector[], maths: ArchitectureMaths, index: number): Vector[] {
  const norm = (row: Vector, weight: Vector | null) => (weight === null ? row : rmsNorm(row, weight, maths.epsilon));
  const join = (row: Vector, update: Vector, weight: Vector | null) =>
    add(
      row,
      norm(update, weight).map((value) => value * maths.residualScale),
    );
  const normed = hidden.map((row) => norm(row, layer.norms.input));
  const attended = attention(layer, normed, maths, index);
  return hidden.map((row, t) => {
    const middle = join(row, layer.output(attended[t]!), layer.norms.postAttention);
    const input = norm(middle, layer.norms.preMlp);
    const gate = layer.gate(input).map(maths.activation);
    const up = layer.up(input);
    const update = layer.down(gate.map((value, i) => value * up[i]!));
    return join(middle, update, layer.norms.postMlp);
  });
}

/** Query head h reads key and value head floor(h / (heads / kvHeads)); position t sees `window` positions up to t. */
function attention(layer: Layer, rows: Vector[], maths: ArchitectureMaths, index: number): Vector[] {
  const { heads, kvHeads, headSize: size } = maths;
  const { window, ...rotary } = maths.layer(index);
  const qkv = rows.map(layer.qkv);
  // Packed as all query heads, then all key heads, then all value heads.
  const part = (first: number, count: number) =>
    qkv.map((row) => Array.from({ length: count }, (_, h) => row.slice((first + h) * size, (first + h + 1) * size)));
  const prepared = (heads: Vector[], t: number, weight: Vector | null) =>
    heads.map((head) => rotate(weight === null ? head : rmsNorm(head, weight, maths.epsilon), t, rotary));
  const queries = part(0, heads).map((heads, t) => prepared(heads, t, layer.queryNorm));
  const keys = part(heads, kvHeads).map((heads, t) => prepared(heads, t, layer.keyNorm));
  const values = part(heads + kvHeads, kvHeads);
  const { from = Number.POSITIVE_INFINITY, keep = (rows: Vector[][]) => rows } = maths.cache ?? {};
  const [keptKeys, keptValues] = [keep(keys), keep(values)];
  return queries.map((queryHeads, t) => {
    const [seenKeys, seenValues] = t < from ? [keys, values] : [keptKeys, keptValues];
    const out = new Float64Array(heads * size);
    const first = Math.max(0, t - window + 1);
    queryHeads.forEach((query, h) => {
      const kv = Math.floor(h / (heads / kvHeads));
      const scores = Array.from({ length: t - first + 1 }, (_, s) =>
        maths.score(dot(query, seenKeys[first + s]![kv]!) * maths.attentionScale),
      );
      const largest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - largest));
      const sum = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, s) => {
        const value = seenValues[first + s]![kv]!;
        for (let i = 0; i < size; i++) out[h * size + i]! += (power / sum) * value[i]!;
      });
    });
    return out;
  });
}

export interface Rotary {
  /** Radians per position of each pair; there may be fewer pairs than a head has. */
  frequencies: number[];
  magnitude: number;
  interleaved: boolean;
}

export function rotate(head: Vector, position: number, { frequencies, magnitude, interleaved }: Rotary): Vector {
  const out = Float64Array.from(head);
  const pairs = frequencies.length;
  frequencies.forEach((frequency, i) => {
    const [a, b] = interleaved ? [2 * i, 2 * i + 1] : [i, i + pairs];
    const cos = Math.cos(position * frequency) * magnitude;
    const sin = Math.sin(position * frequency) * magnitude;
    out[a] = head[a]! * cos - head[b]! * sin;
    out[b] = head[b]! * cos + head[a]! * sin;
  });
  return out;
}

export function rmsNorm(row: Vector, weight: Vector, epsilon: number): Vector {
  const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
  return row.map((value, i) => value * scale * weight[i]!);
}

export function multiply(matrix: Matrix, row: Vector): Vector {
  const out = new Float64Array(matrix.length);
  for (let i = 0; i < out.length; i++) out[i] = dot(matrix[i]!, row);
  return out;
}

export function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]!);
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
