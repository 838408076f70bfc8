// How far the logits of one graph are from those of another, position by position, as a worker measured them.
import { z } from 'zod';

/** `random`: tokens drawn from the vocabulary. `continuation`: what the original itself writes behind such a prompt. */
export const FIDELITY_KINDS = ['random', 'continuation'] as const;
export type FidelityKind = (typeof FIDELITY_KINDS)[number];

export const fidelitySequenceSchema = z.strictObject({
  kind: z.enum(FIDELITY_KINDS),
  tokens: z.array(z.int().nonnegative()),
  /** How many of them are the prompt of a continuation; 0 for random tokens. */
  prompt: z.int().nonnegative(),
});
export type FidelitySequence = z.output<typeof fidelitySequenceSchema>;

export const positionSchema = z.strictObject({
  kind: z.enum(FIDELITY_KINDS),
  /** Kullback–Leibler divergence of the candidate's distribution from the original's, in nats. */
  divergence: z.number(),
  /** Whether both find the same token the most likely. */
  same: z.boolean(),
});
export type Position = z.output<typeof positionSchema>;
