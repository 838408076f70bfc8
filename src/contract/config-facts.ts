// The few facts that a run needs of a model, whatever its architecture and its file format. Pure.

export interface ConfigFacts {
  vocab: number | null;
  context: number | null;
  /** Numbers that one token adds to the KV cache; null where the config does not tell. */
  kvValuesPerToken: number | null;
}
