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
  layers: LayerPlan[];
}

export interface LayerPlan {
  attention: AttentionPlan;
  mlp: MlpPlan;
  /** `pre`: a norm before attention and MLP. `sandwich`: one behind each as well, before it is added. */
  norms: 'pre' | 'sandwich';
}

export type AttentionPlan = GroupedAttention;
export type MlpPlan = GatedMlp;

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
  /** A norm of every query head and every key head, before they are rotated; one weight of headSize each. */
  qkNorm?: boolean;
  /** The last positions, its own included, that a position sees. */
  window?: number;
  /** c: scores become c · tanh(scores / c). */
  softcap?: number;
  /** One learned logit a head that takes part in the softmax and has no value. */
  sinks?: boolean;
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
