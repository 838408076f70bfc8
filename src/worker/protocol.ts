// What parent and worker say to each other: one job in (JSON on stdin), typed messages out (JSON lines on fd 3).
// stdout and stderr stay free for whatever native libraries print.
import { z } from 'zod';
import type { CaseKey } from '../contract/case-key.js';
import { ceilingSchema } from '../contract/ceilings.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import { type FidelitySequence, fidelitySequenceSchema, positionSchema } from '../contract/fidelity.js';
import { deviceMemorySchema, momentMemorySchema } from '../contract/memory.js';
import type { OptionSet } from '../contract/option-set.js';
import { pageCacheSchema } from '../contract/page-cache.js';
import { placementSchema } from '../contract/placement.js';
import { promptAnswerSchema } from '../contract/prompt-answer.js';
import { failureSchema, generateIterationSchema, microIterationSchema } from '../contract/result.js';
import type { Arithmetic } from '../contract/work.js';
import type { WarmUp } from '../suite/warm-up.js';

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
  warmup: WarmUp;
  /** The most tokens that the execution provider computes rightly in one pass; left out where any number is. */
  longestPass?: number | undefined;
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
export type Question =
  | { about: 'probe'; ep: ExecutionProvider }
  | PlacementQuestion
  | ParityQuestion
  | FidelityQuestion
  | CeilingsQuestion
  | { about: 'storage'; path: string }
  | { about: 'eviction'; files: string[] };

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
  options?: OptionSet | undefined;
  vocabSize: number;
}

export interface CeilingsQuestion {
  about: 'ceilings';
  ep: ExecutionProvider;
  threads: number;
  /** Bytes of each bandwidth. */
  workingSets: number[];
  arithmetics: Arithmetic[];
}

export interface ParityQuestion extends Pick<Job, 'key' | 'directory' | 'graph' | 'vocabSize' | 'longestPass'> {
  about: 'parity';
  /** What other cases chose. */
  against: number[][];
}

export const answerSchema = z.union([
  z.strictObject({ works: z.literal(true), longestPass: z.int().positive().nullable() }),
  z.strictObject({ placement: placementSchema }),
  z.strictObject({ ceilings: z.array(ceilingSchema) }),
  z.strictObject({ prompt: promptAnswerSchema }),
  z.strictObject({ pageCache: pageCacheSchema }),
  z.strictObject({ sequences: z.array(fidelitySequenceSchema) }),
  z.strictObject({ positions: z.array(positionSchema) }),
  z.strictObject({ failure: failureSchema }),
]);

export type Answer = z.output<typeof answerSchema>;
