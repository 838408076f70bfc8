// What a graph says about its own speed: parameters, bytes by type, operators, quantisation, head, KV cache. Stored with
// every result, since these facts move decode speed several-fold. Read by formats/onnx/facts.ts and formats/gguf/facts.ts.
import { z } from 'zod';
import { workSchema } from './work.js';

const weightFormatSchema = z.strictObject({
  operator: z.string(),
  bits: z.number(),
  blockSize: z.number().nullable(),
  accuracyLevel: z.number().nullable(),
  /** Whether the weights carry zero points (asymmetric quantisation). */
  zeroPoints: z.boolean(),
  nodes: z.int(),
});

const embeddingSchema = z.strictObject({ operator: z.string(), bits: z.number(), quantized: z.boolean() });

const headSchema = embeddingSchema.extend({
  tied: z.boolean(),
  logits: z.enum(['every position', 'last position', 'num_logits_to_keep']),
});

const CACHE_TYPES = ['float32', 'float16', 'bfloat16', 'int8', 'uint8'] as const;

const kvSchema = z.strictObject({
  layers: z.int(),
  /** The distinct shapes of its entries; keys and values may differ. */
  shapes: z.array(z.strictObject({ heads: z.number(), size: z.number(), type: z.enum(CACHE_TYPES) })),
  bytesPerToken: z.number(),
  shareable: z.boolean(),
});

const valueSchema = z.strictObject({
  name: z.string(),
  type: z.string().nullable(),
  dims: z.array(z.union([z.number(), z.string(), z.null()])),
});

const headerSchema = z.strictObject({
  name: z.string().nullable(),
  context: z.number().nullable(),
  vocab: z.number().nullable(),
  fileType: z.string().nullable().describe('As llama.cpp names it.'),
});

export const graphFactsSchema = z.strictObject({
  producer: z.string(),
  opsets: z.record(z.string(), z.number()),
  parameters: z.number(),
  /** What one token passes through: of a mixture of experts only the chosen ones; embedding and head count whole. */
  parametersActive: z.number(),
  copiedParameters: z.number().describe('Of a second copy of the embedding, which `parameters` leaves out.'),
  weightBytes: z.number(),
  weightBytesActive: z.number(),
  weightBytesByType: z.record(z.string(), z.number()),
  operators: z.record(z.string(), z.number()),
  /** Formats of the matrix multiplications, the most frequent first. */
  formats: z.array(weightFormatSchema),
  embedding: embeddingSchema.nullable(),
  head: headSchema.nullable(),
  kv: kvSchema.nullable(),
  /** Whether its input are tokens; of other graphs (an image encoder), `work` is not that of a token. */
  readsTokens: z.boolean(),
  /** What one token costs at the least. */
  work: workSchema,
  /** Why the graph cannot be driven as a decoder; null when it can. */
  notADecoder: z.string().nullable(),
  /** What a GGUF file says of its model; null for ONNX, which says nothing. */
  header: headerSchema.nullable(),
  inputs: z.array(valueSchema),
  outputs: z.array(valueSchema),
});

export type GraphFacts = z.output<typeof graphFactsSchema>;
export type WeightFormat = GraphFacts['formats'][number];
export type Embedding = NonNullable<GraphFacts['embedding']>;
export type Head = NonNullable<GraphFacts['head']>;

/** The same as documents store it, those of earlier versions included: only what is read of them is checked. */
export const storedFactsSchema = z.looseObject({
  parameters: z.number(),
  weightBytes: z.number(),
  weightBytesActive: z.number().optional(),
  parametersActive: z.number().optional(),
  operators: z.record(z.string(), z.number()),
  /** Absent from documents of before ceilings. */
  work: workSchema.optional(),
  formats: z.array(z.looseObject({ operator: z.string(), accuracyLevel: z.number().nullable() })).optional(),
  head: z.looseObject({ bits: z.number(), logits: z.string() }).nullable().optional(),
  kv: z.looseObject({ shareable: z.boolean() }).nullable().optional(),
});

/** What a run needs of a model's configuration, whatever its architecture and file format. */
export interface ConfigFacts {
  vocab: number | null;
  context: number | null;
  /** Numbers that one token adds to the KV cache; null where the config does not tell. */
  kvValuesPerToken: number | null;
}
