// What a decoder is, as plain data: a family's file makes it of config.json, decoder.ts composes the graph from it.
// Sizes are in elements. An optional field that is absent adds no node and no weight.

export interface DecoderPlan {
  hidden: number;
  vocab: number;
  /** Positions that can be used: rows of the rotary tables. */
  context: number;
  normEpsilon: number;
  tiedHead: boolean;
  /** What embeddings are multiplied by (Gemma: √hidden). */
  embeddingScale?: number;
  /** What each block's output is multiplied by before it is added to the residual stream. */
  residualScale?: number;
  logitsScale?: number;
  /** c: logits become c · tanh(logits / c). */
  logitsSoftcap?: number;
  /** The hub's exports of the family keep rotary tables at full width: both halves of a row are equal. */
  publishesWideTables?: boolean;
  /**
   * The hub's 4-bit exports of the family have zero points, and quantise the embedding too; its integers are stored for
   * a tied head once more.
   */
  publishesQuantizedEmbedding?: boolean;
  layers: LayerPlan[];
}

export interface LayerPlan {
  attention: AttentionPlan;
  mlp: MlpPlan;
  /** `pre`: a norm before attention and MLP. `sandwich`: one behind each as well, before it is added. */
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
  /** What the products of queries and keys are multiplied by. */
  scale: number;
  qkvBias?: boolean;
  outputBias?: boolean;
  /** Norms of queries and keys before they are rotated: of each head (one weight of headSize each), or across all heads. */
  qkNorm?: boolean | 'across heads';
  /** The last positions, its own included, that a position sees. */
  window?: number;
  /** c: scores become c · tanh(scores / c). */
  softcap?: number;
  /** One learned logit a head that takes part in the softmax and has no value. */
  sinks?: boolean;
}

/** Keys and values of all heads are projections of one small vector a token; only a part of each key has a position. */
export interface LatentAttention {
  kind: 'latent';
  heads: number;
  /** Elements of the vector that keys and values are made of. */
  rank: number;
  /** Likewise for queries; null: projected directly. */
  queryRank: number | null;
  /** Elements of a query and key head without a position; `rope.size` with one follow. */
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
  /** true: neighbours are a pair. false: element i and element i + size / 2 are. */
  interleaved: boolean;
  scaling: RopeScaling;
}

/** How a model is stretched beyond the context it was first trained on. */
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
  /** One divisor a frequency. */
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
  /** An MLP that every token passes through; `gated`: multiplied by a sigmoid gate of its own. */
  shared?: { intermediate: number; gated: boolean };
}

export interface Router {
  scoring: 'softmax' | 'sigmoid';
  bias?: boolean;
  /** A learned vector is added to the scores that choose, not to those that weigh. */
  correction?: boolean;
  /** Only experts of the `kept` best of `count` groups are eligible. */
  groups?: { count: number; kept: number; by: 'best' | 'best two' };
  /** Weights of the chosen are divided by their sum. */
  normalized: boolean;
  /** What the mixture is multiplied by. */
  scale?: number;
}
