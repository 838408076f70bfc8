// Where the weights of a checkpoint come from: random numbers that edgeproof writes, or a published model. Pure.

export const WEIGHTS = ['synthetic', 'real'] as const;
export type Weights = (typeof WEIGHTS)[number];
