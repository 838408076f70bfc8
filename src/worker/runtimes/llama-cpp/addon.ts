// What is used of node-llama-cpp's native module. The package is optional, so its own types cannot be imported; these
// are those of its bindings/AddonTypes.d.ts, 3.22.1.

export interface Library {
  getLlama(options: Record<string, unknown>): Promise<{ _bindings: Bindings }>;
}

export interface Bindings {
  AddonModel: new (path: string, options: { gpuLayers: number; useMmap: boolean }) => AddonModel;
  AddonContext: new (
    model: AddonModel,
    options: {
      contextSize: number;
      batchSize: number;
      sequences: number;
      threads: number;
      flashAttention: 'auto';
      swaFullCache: boolean;
    },
  ) => AddonContext;
  AddonSampler: new (model: AddonModel) => AddonSampler;
}

export interface AddonModel {
  init(): Promise<boolean>;
}

export interface AddonSampler {
  applyConfig(config: { temperature: number }): void;
}

export interface AddonContext {
  init(): Promise<boolean>;
  getThreads(): number;
  initBatch(tokens: number): void;
  /** Returns where the logits that were asked for will be. */
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logitsOf: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(place: number, sampler: AddonSampler): Promise<number>;
  /** With logits of the whole vocabulary: id, logit, id, logit … */
  sampleToken(
    place: number,
    sampler: AddonSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: true,
  ): Promise<[token: number, probabilities: unknown, confidence: unknown, logits: number[]]>;
  /** All positions from `start` on where `end` is -1. */
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean;
  getSequenceKvCacheMinPosition(sequence: number): number;
  disposeSequence(sequence: number): void;
}
