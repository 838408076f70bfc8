// What one token costs at the least, as a result document stores it with the facts of its graph: bytes of weights,
// operations of matrix products, attention over the KV cache. Read from a graph by formats/; docs/ceilings.md.
import { z } from 'zod';

/** What numbers are multiplied in; it decides which matrix-multiply rate applies. */
export const ARITHMETICS = ['fp32', 'fp16', 'int8'] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

const productSchema = z.strictObject({
  operator: z.string(),
  arithmetic: z.enum(ARITHMETICS),
  /** A multiplication and an addition are two operations. */
  operations: z.number(),
});

const attentionSchema = z.strictObject({
  /** Layers that are alike. */
  layers: z.int(),
  queryHeads: z.int(),
  keySize: z.int(),
  valueSize: z.int(),
  arithmetic: z.enum(ARITHMETICS),
  /** Keys and values of one position in one layer. */
  rowBytes: z.number(),
  /** The last positions that are attended to; null: all. */
  window: z.int().nullable(),
});

export const workSchema = z.strictObject({
  /** Weights that a token reads: of experts the chosen ones; of the embedding and other tables a row, which is left out. */
  tokenBytes: z.number(),
  /** Products of one token, without the head. */
  products: z.array(productSchema),
  /** Needed for the last position alone. */
  head: productSchema.nullable(),
  attention: z.array(attentionSchema),
});

export type Product = z.output<typeof productSchema>;
export type AttentionWork = z.output<typeof attentionSchema>;
export type Work = z.output<typeof workSchema>;
