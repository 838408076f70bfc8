// The types of the parts of node-llama-cpp's native module that we use, from bindings/AddonTypes.d.ts of 3.22.1. They cannot be
// imported, because the package is optional.

type Options = Record<string, unknown>;

export interface Library {
  getLlama(options: Options): Promise<{ _bindings: Bindings }>;
}

export interface Bindings {
  AddonModel: new (path: string, options: Options) => AddonModel;
  AddonContext: new (model: AddonModel, options: Options) => AddonContext;
  AddonSampler: new (model: AddonModel) => AddonSampler;
}

interface AddonModel {
  init(): Promise<boolean>;
}

export interface AddonSampler {
  applyConfig(config: Options): void;
}

export interface AddonContext {
  init(): Promise<boolean>;
  getThreads(): number;
  initBatch(tokens: number): void;
  /** Returns the places where the requested logits will be. */
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logitsOf: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(place: number, sampler: AddonSampler): Promise<number>;
  /** Also returns the logits of the whole vocabulary: id, logit, id, logit … */
  sampleToken(
    place: number,
    sampler: AddonSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: true,
  ): Promise<[token: number, probabilities: unknown, confidence: unknown, logits: number[]]>;
  /** An `end` of -1 removes all positions from `start` on. */
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean;
  getSequenceKvCacheMinPosition(sequence: number): number;
  /** The last position in the cache; -1 where it is empty. */
  getSequenceKvCacheMaxPosition(sequence: number): number;
  disposeSequence(sequence: number): void;
}
