// What parent and worker say to each other: one job in (JSON on stdin), typed messages out (JSON lines on fd 3).
// stdout and stderr stay free for whatever native libraries print.
import { z } from 'zod';
import { momentMemorySchema } from '../result/memory.js';
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

export const PHASES = ['start', 'load', 'depth', 'firstRun', 'prefill', 'decode'] as const;
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
  /** At the end of a phase, outside of what is timed; the peak is the process's own (getrusage). */
  z.strictObject({
    type: z.literal('memory'),
    phase: z.enum(PHASES),
    peakRssBytes: z.number(),
    end: momentMemorySchema,
  }),
  /** What the worker's life cost, as the system counts it (getrusage). */
  z.strictObject({
    type: z.literal('done'),
    maxRssBytes: z.number(),
    usage: z.strictObject({ cpuMs: z.number(), majorFaults: z.number() }),
    device: deviceMemorySchema.optional(),
  }),
]);

export type Message = z.output<typeof messageSchema>;

/** What a worker can be asked instead of a round (ask.ts, answer.ts). */
export type Question = { about: 'probe'; ep: ExecutionProvider } | PlacementQuestion;

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
  z.strictObject({ failure: failureSchema }),
]);

export type Answer = z.output<typeof answerSchema>;
