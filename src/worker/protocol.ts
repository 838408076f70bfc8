// What parent and worker say to each other: one job in (JSON on stdin), typed messages out (JSON lines on fd 3).
// stdout and stderr stay free for whatever native libraries print.
import { z } from 'zod';
import { type FidelitySequence, fidelitySequenceSchema, positionSchema } from '../result/fidelity.js';
import { placementSchema } from '../result/placement.js';
import { deviceMemorySchema, failureSchema, generateIterationSchema, microIterationSchema } from '../result/schema.js';
import type { CaseKey } from '../suite/plan.js';
import type { ExecutionProvider } from '../suite/schema.js';

export const MESSAGE_FD = 3;

export interface Job {
  key: CaseKey;
  /** The checkpoint's directory, and the .onnx or .gguf file in it. */
  directory: string;
  graph: string;
  vocabSize: number;
  round: number;
  seed: number;
  iterations: number;
  warmup: number;
}

export const PHASES = ['start', 'load', 'depth', 'prefill', 'decode'] as const;
export type Phase = (typeof PHASES)[number];

export const messageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('phase'), phase: z.enum(PHASES) }),
  z.strictObject({
    type: z.literal('loaded'),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    loadMs: z.strictObject({ library: z.number(), session: z.number() }),
  }),
  z.strictObject({ type: z.literal('iteration'), iteration: z.union([generateIterationSchema, microIterationSchema]) }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
  /** The kernel's own high-water mark as the worker sees it at the end (getrusage). */
  z.strictObject({ type: z.literal('done'), maxRssBytes: z.number(), device: deviceMemorySchema.optional() }),
]);

export type Message = z.output<typeof messageSchema>;

/** What a worker can be asked instead of a round (ask.ts, answer.ts). */
export type Question = { about: 'probe'; ep: ExecutionProvider } | PlacementQuestion | FidelityQuestion;

export interface FidelityQuestion {
  about: 'fidelity';
  ep: ExecutionProvider;
  graph: string;
  threads: number;
  vocabSize: number;
  seed: number;
  /** null: of the original, which finds the sequences and writes its logits; else they are compared with what it wrote. */
  sequences: FidelitySequence[] | null;
  /** The file of those logits. */
  logits: string;
}

export interface PlacementQuestion {
  about: 'placement';
  ep: ExecutionProvider;
  graph: string;
  threads: number;
  vocabSize: number;
}

export const answerSchema = z.union([
  z.strictObject({ works: z.literal(true) }),
  z.strictObject({ placement: placementSchema }),
  z.strictObject({ sequences: z.array(fidelitySequenceSchema) }),
  z.strictObject({ positions: z.array(positionSchema) }),
  z.strictObject({ failure: failureSchema }),
]);

export type Answer = z.output<typeof answerSchema>;
