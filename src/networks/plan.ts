// A decoder as plain data: architectures/ make it from config.json, decoder.ts builds the graph from it. Sizes are in
// elements. An optional field that is absent adds no node and no weight.

export interface DecoderPlan {
  hidden: number;
  vocab: number;
  /** The most positions of a sequence: the rows of the rotary tables. */
  context: number;
  normEpsilon: number;
  tiedHead: boolean;
  /** Factor of the embeddings (Gemma: √hidden). */
  embeddingScale?: number;
  /** Factor of each block's output before it is added to the residual stream. */
  residualScale?: number;
  logitsScale?: number;
  /** c: logits become c · tanh(logits / c). */
  logitsSoftcap?: number;
  /** The hub's exports have rotary tables of the full head size, whose two halves are equal. */
  publishesWideTables?: boolean;
  /**
   * The hub's 4-bit exports have zero points and quantise the embedding too. A tied head has a second copy of its
   * integers there.
   */
  publishesQuantizedEmbedding?: boolean;
  layers: LayerPlan[];
}

export interface LayerPlan {
  attention: AttentionPlan;
  mlp: MlpPlan;
  /** `pre`: a norm before attention and MLP. `sandwich`: also one behind each, before it is added to the stream. */
  norms: 'pre' | 'sandwich';
}

export type AttentionPlan = GroupedAttention | LatentAttention;
export type MlpPlan = GatedMlp | Experts;

/** Query heads in groups that share a key and a value head. */
export interface GroupedAttention {
  kind: 'grouped';
  heads: number;
  kvHeads: number;
  headSize: number;
  rope: Rope;
  /** Factor of the products of queries and keys. */
  scale: number;
  qkvBias?: boolean;
  outputBias?: boolean;
  /** Norms of queries and keys before they are rotated: true for one over each head, or one across all heads. */
  qkNorm?: boolean | 'across heads';
  /** How many of the last positions, its own included, a position sees. */
  window?: number;
  /** c: scores become c · tanh(scores / c). */
  softcap?: number;
  /** Each head has a learned logit that takes part in the softmax but has no value. */
  sinks?: boolean;
}

/**
 * Keys and values of all heads are projected from one small vector for each token. Only a part of each key is rotated.
 */
export interface LatentAttention {
  kind: 'latent';
  heads: number;
  /** Elements of the latent vector that keys and values are projected from. */
  rank: number;
  /** The same for queries; null where they are projected directly. */
  queryRank: number | null;
  /** Elements of a query or key head that are not rotated; `rope.size` rotated ones follow. */
  plainSize: number;
  valueSize: number;
  rope: Rope;
  scale: number;
}

/** Rotary positions. */
export interface Rope {
  theta: number;
  /** Elements of a head that are rotated, from its first on. */
  size: number;
  /** A rotated pair is two neighbours; otherwise elements i and i + size / 2. */
  interleaved: boolean;
  scaling: RopeScaling;
}

/** How a model is stretched beyond the context that it was first trained on. */
export type RopeScaling =
  | { kind: 'none' }
  | { kind: 'linear'; factor: number }
  | { kind: 'llama3'; factor: number; lowFrequency: number; highFrequency: number; originalContext: number }
  | {
      kind: 'yarn';
      factor: number;
      betaFast: number;
      betaSlow: number;
      originalContext: number;
      truncate: boolean;
      magnitude: number;
    }
  /** One divisor for each frequency. */
  | { kind: 'longrope'; factors: number[]; magnitude: number };

/** down(activation(gate(x)) · up(x)). */
export interface GatedMlp {
  kind: 'gated';
  intermediate: number;
  activation: 'silu' | 'gelu_tanh';
  bias?: boolean;
}

/** Many gated MLPs, of which a router picks a few for each token. */
export interface Experts {
  kind: 'experts';
  count: number;
  perToken: number;
  intermediate: number;
  /** silu(gate) · up, or min(gate, limit) · σ(alpha · min(gate, limit)) · (clip(up, ±limit) + 1). */
  activation: 'silu' | { alpha: number; limit: number };
  bias?: boolean;
  router: Router;
  /** An MLP that every token passes through. `gated`: its output is multiplied by a sigmoid gate. */
  shared?: { intermediate: number; gated: boolean };
}

export interface Router {
  scoring: 'softmax' | 'sigmoid';
  bias?: boolean;
  /** A learned vector is added to the scores when experts are chosen, but not when they are weighted. */
  correction?: boolean;
  /** Only experts in the `kept` best of `count` groups can be chosen. */
  groups?: { count: number; kept: number; by: 'best' | 'best two' };
  /** The weights of the chosen experts are divided by their sum. */
  normalized: boolean;
  /** Factor of the sum over the chosen experts. */
  scale?: number;
}
