// The answer of a case to one fixed prompt, and how clearly it preferred each token: what stats/parity.ts compares.
// worker/prompt-answer.ts asks for it after the rounds, once for each way in which a checkpoint was run.
import { z } from 'zod';

const tokens = z.array(z.int().nonnegative());

export const promptAnswerSchema = z.strictObject({
  prompt: z.strictObject({ seed: z.int(), tokens: z.int().positive(), vocabSize: z.int().positive() }),
  /** The greedy tokens. */
  tokens,
  /**
   * What a profile shows of the same prompt and some tokens behind it, on the path that rounds time: the matrix products with
   * weights that really ran. Missing in older answers, and where nothing is profiled.
   */
  multiplied: z
    .strictObject({
      /** How many tokens had to go through the layers, and how many were chosen behind them. */
      tokens: z.int().positive(),
      chosen: z.int().positive(),
      /** How many tokens the products saw. */
      seen: z.int().nonnegative(),
      /** How often a node multiplied. */
      products: z.int().nonnegative(),
      /** A multiplication and an addition are two. null where the shapes of a product do not tell. */
      operations: z.number().nonnegative().nullable(),
    })
    .optional(),
  /** null for runtimes that do not show their logits. */
  logits: z
    .strictObject({
      /** The tokens with the largest logits at each position, largest first; the same number for every position. */
      candidates: tokens,
      /** How far each of them is behind the chosen token, in standard deviations of that position's logits. */
      gaps: z.array(z.number()),
      /** The same gap for the token of another case, at the first position where it chose differently. */
      asked: z.array(z.strictObject({ at: z.int().nonnegative(), token: z.int().nonnegative(), gap: z.number() })),
      /**
       * The effect of rounding alone, in the same unit: RMS difference between the logits behind some tokens read in one pass
       * and one by one. null on a GPU, where it is not measured.
       */
      noise: z.number().nonnegative().nullable(),
      /**
       * What shows that the whole prompt was read: how far the logits behind it move (RMS, in the same unit) when it is read in
       * passes of another length, and when all but its end is another text. null where it was not measured; missing in
       * older answers.
       */
      reading: z
        .strictObject({ otherPasses: z.number().nonnegative(), otherText: z.number().nonnegative() })
        .nullable()
        .optional(),
    })
    .nullable(),
});

export type PromptAnswer = z.output<typeof promptAnswerSchema>;
