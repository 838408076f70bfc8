// What a case answers to one fixed prompt, and how sure it was of each token: the raw material of parity (stats/parity.ts).
// Found by worker/parity.ts after the rounds, once for each way in which a checkpoint was run.
import { z } from 'zod';

const tokens = z.array(z.int().nonnegative());

export const promptAnswerSchema = z.strictObject({
  prompt: z.strictObject({ seed: z.int(), tokens: z.int().positive(), vocabSize: z.int().positive() }),
  /** The greedy tokens. */
  tokens,
  /** Of the runtime `onnxruntime` alone: null for the others, which do not show theirs. */
  logits: z
    .strictObject({
      /** The tokens of the largest logits of each position, the largest first, as many for each. */
      candidates: tokens,
      /** How far each of them is behind the chosen token, in standard deviations of the logits of its position. */
      gaps: z.array(z.number()),
      /** The same for what another case chose where it first left these tokens. */
      asked: z.array(z.strictObject({ at: z.int().nonnegative(), token: z.int().nonnegative(), gap: z.number() })),
      /**
       * What rounding alone does: the logits behind the prompt in one pass and token by token, the RMS of their difference
       * in the same unit. null on a GPU, where it is not asked for.
       */
      noise: z.number().nonnegative().nullable(),
    })
    .nullable(),
});

export type PromptAnswer = z.output<typeof promptAnswerSchema>;
