// Multi-head latent attention (DeepSeek): keys and values are projected from one small vector for each token. The
// layout `published` caches keys and values, as the modelling code does. `tuned` caches the vector itself and applies
// the projections to queries and outputs instead. Both compute the same attention.
import type { LatentAttention } from '../plan.js';
import {
  type Block,
  type Composition,
  constant,
  project,
  scaled,
  sequencePositions,
  wantedPositions,
} from './composition.js';
import { kvCache } from './grouped-attention.js';
import { rmsNorm } from './norms.js';

type Parts = ReturnType<typeof partsOf>;

export function latentAttention(c: Composition, p: Block<LatentAttention>): string {
  const { b } = c;
  const { plan } = p;
  const parts = partsOf(c, p);
  const heads = c.layout === 'published' ? overKeysAndValues(c, p, parts) : overLatents(c, p, parts);
  const tokens = b.node('Transpose', `${parts.node}/Transpose`, [heads], { perm: [0, 2, 1, 3] });
  const width = plan.heads * plan.valueSize;
  const joined = b.node('Reshape', `${parts.node}/Reshape`, [tokens, b.int64(`joined_${width}`, [0, -1, width])]);
  return project(c, {
    node: `${parts.node}/o_proj`,
    weight: `${parts.weight}.o_proj`,
    input: p.wantedOnly ? wantedPositions(b, joined) : joined,
    k: width,
    n: c.plan.hidden,
  });
}

function partsOf(c: Composition, p: Block<LatentAttention>) {
  const { b } = c;
  const { heads, plainSize, rope, rank, queryRank } = p.plan;
  const node = `/model/layers.${p.layer}/attn`;
  const weight = `model.layers.${p.layer}.attn`;
  const part = (name: string, input: string, k: number, n: number) =>
    project(c, { node: `${node}/${name}`, weight: `${weight}.${name}`, input, k, n });
  const width = heads * (plainSize + rope.size);
  const norm = (name: string, input: string, size: number) => rmsNorm(c, { input, name: `${weight}.${name}`, size });
  const throughRank = (size: number) => {
    const compressed = norm('q_a_layernorm', part('q_a_proj', p.input, c.plan.hidden, size), size);
    return part('q_b_proj', compressed, size, width);
  };
  const query = queryRank === null ? part('q_proj', p.input, c.plan.hidden, width) : throughRank(queryRank);
  const perHead = intoHeads(c, `${node}/q`, query, heads, plainSize + rope.size);
  const [plain, unrotated] = split(c, `${node}/q`, perHead, [plainSize, rope.size]);
  const compressed = part('kv_a_proj_with_mqa', p.input, c.plan.hidden, rank + rope.size);
  const [unnormed, key] = split(c, `${node}/kv`, compressed, [rank, rope.size]);
  const oneHead = b.node('Unsqueeze', `${node}/k_rotary/Unsqueeze`, [key, b.int64('axis_1', [1])]);
  return {
    node,
    weight,
    /** The parts of the queries that are not rotated, [batch, heads, tokens, plainSize], and that are, […, rope]. */
    plain,
    rotated: rotate(c, p.plan, `${node}/q_rotary`, unrotated),
    /** [batch, tokens, rank] */
    latent: norm('kv_a_layernorm', unnormed, rank),
    /** [batch, 1, tokens, rope] */
    rotatedKey: rotate(c, p.plan, `${node}/k_rotary`, oneHead),
  };
}

/** Projects the latent to keys and values of every head and caches those (`published`). */
function overKeysAndValues(c: Composition, p: Block<LatentAttention>, parts: Parts): string {
  const { b } = c;
  const { heads, plainSize, valueSize, rank, rope } = p.plan;
  const { node } = parts;
  const width = heads * (plainSize + valueSize);
  const weight = `${parts.weight}.kv_b_proj`;
  const made = project(c, { node: `${node}/kv_b_proj`, weight, input: parts.latent, k: rank, n: width });
  const perHead = intoHeads(c, `${node}/kv_b_proj`, made, heads, plainSize + valueSize);
  const [plainKey, value] = split(c, `${node}/kv_b_proj`, perHead, [plainSize, valueSize]);
  const everyHeadShape = b.int64(`every_head_${heads}`, [1, heads, 1, 1]);
  const everyHead = b.node('Expand', `${node}/k_rotary/Expand`, [parts.rotatedKey, everyHeadShape]);
  const key = b.node('Concat', `${node}/k/Concat`, [plainKey, everyHead], { axis: -1 });
  const query = b.node('Concat', `${node}/q/Concat`, [parts.plain, parts.rotated], { axis: -1 });
  const cache = kvCache(c, { layer: p.layer, heads, keySize: plainSize + rope.size, valueSize });
  const keys = appended(c, `${node}/k`, cache.key, key);
  const values = appended(c, `${node}/v`, cache.value, value);
  const scores = products(c, `${node}/scores`, scaled(c, `${node}/scores`, query, p.plan.scale), keys);
  return b.node('MatMul', `${node}/values/MatMul`, [attentionWeights(c, node, scores), values]);
}

/**
 * q · (W · latent) = (q · W) · latent, so only the latent is cached (`tuned`). It is key and value at once, and as all
 * heads share it, the rows of all heads are multiplied with it in one product.
 */
function overLatents(c: Composition, p: Block<LatentAttention>, parts: Parts): string {
  const { b } = c;
  const { heads, plainSize, valueSize, rank, rope } = p.plan;
  const { node } = parts;
  const cache = kvCache(c, { layer: p.layer, heads: 1, keySize: rope.size, valueSize: rank });
  const oneHead = b.node('Unsqueeze', `${node}/kv/Unsqueeze`, [parts.latent, b.int64('axis_1', [1])]);
  const keys = appended(c, `${node}/k`, cache.key, parts.rotatedKey);
  const latents = appended(c, `${node}/kv`, cache.value, oneHead);
  const absorbed = eachHead(c, { ...p, name: 'kv_b_proj.key', input: parts.plain, k: plainSize, n: rank });
  const rows = (name: string, input: string, size: number) =>
    b.node('Reshape', `${node}/${name}/Reshape`, [input, b.int64(`one_head_of_${size}`, [0, 1, -1, size])]);
  const query = (name: string, input: string, size: number) =>
    rows(`${name}_rows`, scaled(c, `${node}/${name}`, input, p.plan.scale), size);
  const both = [
    products(c, `${node}/latent_scores`, query('latent_q', absorbed, rank), latents),
    products(c, `${node}/rotary_scores`, query('rotary_q', parts.rotated, rope.size), keys),
  ];
  const sum = b.node('Add', `${node}/scores/Add`, both);
  const shape = b.node('Shape', `${node}/scores/Shape`, [sum]);
  const perHead = b.int64(`heads_of_rows_${heads}`, [heads, -1]);
  const ends = (name: string, start: number, end: number) =>
    b.node('Slice', `${node}/scores/${name}`, [shape, b.int64(`from_${start}`, [start]), b.int64(`to_${end}`, [end])]);
  const target = b.node('Concat', `${node}/scores/Concat`, [ends('batch', 0, 1), perHead, ends('total', 3, 4)], {
    axis: 0,
  });
  const scores = b.node('Reshape', `${node}/scores/Reshape`, [sum, target]);
  const flat = b.node('Reshape', `${node}/weights/Reshape`, [attentionWeights(c, node, scores), shape]);
  const mixed = b.node('MatMul', `${node}/values/MatMul`, [flat, latents]);
  const headsOfLatents = b.int64(`heads_of_latents_${heads}_${rank}`, [0, heads, -1, rank]);
  const perHeadLatents = b.node('Reshape', `${node}/values/Reshape`, [mixed, headsOfLatents]);
  return eachHead(c, { ...p, name: 'kv_b_proj.value', input: perHeadLatents, k: rank, n: valueSize });
}

/** Multiplies each head of [batch, heads, tokens, k] with its own matrix, in the format of the body. */
function eachHead(c: Composition, p: Block<LatentAttention> & { name: string; k: number; n: number }): string {
  const node = `/model/layers.${p.layer}/attn/${p.name}`;
  const outputs = Array.from({ length: p.plan.heads }, (_, head) => `${node}/head.${head}`);
  c.b.node('Split', `${node}/Split`, [p.input], { axis: 1, num_outputs: p.plan.heads }, outputs);
  const weight = `model.layers.${p.layer}.attn.${p.name}`;
  const products = outputs.map((input, head) =>
    project(c, { node: `${node}.${head}`, weight: `${weight}.${head}`, input, k: p.k, n: p.n }),
  );
  return c.b.node('Concat', `${node}/Concat`, products, { axis: 1 });
}

/** [batch, tokens, heads · size] → [batch, heads, tokens, size]. */
function intoHeads(c: Composition, node: string, input: string, heads: number, size: number): string {
  const apart = c.b.int64(`heads_${heads}_of_${size}`, [0, -1, heads, size]);
  const rows = c.b.node('Reshape', `${node}/heads/Reshape`, [input, apart]);
  return c.b.node('Transpose', `${node}/heads/Transpose`, [rows], { perm: [0, 2, 1, 3] });
}

function split(c: Composition, node: string, input: string, sizes: [number, number]): [string, string] {
  const outputs: [string, string] = [`${node}/Split/output_0`, `${node}/Split/output_1`];
  c.b.node('Split', `${node}/Split`, [input, c.b.int64(`sizes_${sizes.join('_')}`, sizes)], { axis: -1 }, outputs);
  return outputs;
}

/** Rotates the pairs of [batch, heads, tokens, size] by their positions. */
function rotate(c: Composition, plan: LatentAttention, node: string, input: string): string {
  const { b } = c;
  const { cos, sin } = c.rotary(plan.rope);
  const [start, end] = [b.int64('from_0', [0]), b.int64('to_1', [1])];
  const name = '/model/positions/first';
  if (!b.graph.nodes.some((known) => known.name === name)) b.node('Slice', name, [sequencePositions(c), start, end]);
  return b.node('RotaryEmbedding', `${node}/RotaryEmbedding`, [input, `${name}/output_0`, cos, sin], {
    interleaved: plan.rope.interleaved ? 1 : 0,
  });
}

/** The cache with the rows of this pass appended, which is the graph output `present`. */
function appended(c: Composition, node: string, cache: { past: string; present: string }, rows: string): string {
  return c.b.node('Concat', `${node}/cache/Concat`, [cache.past, rows], { axis: 2 }, [cache.present]);
}

/** queries · keysᵀ */
function products(c: Composition, node: string, queries: string, keys: string): string {
  const turned = c.b.node('Transpose', `${node}/Transpose`, [keys], { perm: [0, 1, 3, 2] });
  return c.b.node('MatMul', `${node}/MatMul`, [queries, turned]);
}

function attentionWeights(c: Composition, node: string, scores: string): string {
  const masked = c.b.node('Add', `${node}/mask/Add`, [scores, causalMask(c)]);
  return c.b.node('Softmax', `${node}/Softmax`, [masked], { axis: -1 });
}

/** [tokens, total]: 0 for positions that a token sees, the lowest half-precision number elsewhere. Added once. */
function causalMask(c: Composition): string {
  const { b } = c;
  const node = '/model/causal_mask';
  const output = `${node}/Where/output_0`;
  if (b.graph.nodes.some((known) => known.outputs[0] === output)) return output;
  const total = b.node('Cast', `${node}/Cast`, [c.lengths.total], { to: 7 });
  const keys = b.node('Range', `${node}/Range`, [b.int64('zero', [0], []), total, b.int64('step_1', [1], [])]);
  const queries = b.node('Unsqueeze', `${node}/Unsqueeze`, [sequencePositions(c), b.int64('axis_1', [1])]);
  const seen = b.node('LessOrEqual', `${node}/LessOrEqual`, [keys, queries]);
  return b.node('Where', `${node}/Where`, [seen, constant(c, 0), constant(c, -65_504)]);
}
