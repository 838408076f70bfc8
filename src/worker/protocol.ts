// The messages between parent and worker: one job in (JSON on stdin), typed messages out (JSON lines on fd 3). stdout and
// stderr are left to native libraries.
import { z } from 'zod';
import type { CaseKey } from '../contract/case-key.js';
import { ceilingSchema } from '../contract/ceilings.js';
import { pageCacheSchema } from '../contract/condition.js';
import { type FidelitySequence, fidelitySequenceSchema, positionSchema } from '../contract/fidelity.js';
import { deviceMemorySchema, momentMemorySchema } from '../contract/memory.js';
import { placementSchema } from '../contract/placement.js';
import { promptAnswerSchema } from '../contract/prompt-answer.js';
import { failureSchema, generateIterationSchema, microIterationSchema, roundSchema } from '../contract/result.js';
import { type ExecutionProvider, PHASES } from '../contract/vocabulary.js';
import type { Arithmetic } from '../contract/work.js';
import type { WarmUp } from '../suite/warm-up.js';
import type { OrtPackage } from './runtimes/ort/shipped-library.js';

/** Raised when jobs or messages change, because `regress --baseline-install` starts the workers of other versions. */
export const PROTOCOL_VERSION = 1;

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
  /** The most tokens in one pass that the execution provider computes correctly; left out where there is no limit. */
  longestPass?: number | undefined;
  /** The onnxruntime-node to load instead of the one beside edgeproof. */
  ortPackage?: OrtPackage | undefined;
}

const [okRoundSchema] = roundSchema.options;

export const messageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('phase'), phase: z.enum(PHASES) }),
  okRoundSchema
    .pick({ options: true })
    .extend({ type: z.literal('loaded'), loadMs: okRoundSchema.shape.loadMs.unwrap() }),
  z.strictObject({ type: z.literal('iteration'), iteration: z.union([generateIterationSchema, microIterationSchema]) }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
  /** Sent at the end of a phase, outside of timed regions. The peak is that of the whole process, from getrusage. */
  z.strictObject({
    type: z.literal('memory'),
    phase: z.enum(PHASES),
    peakRssBytes: z.number(),
    end: momentMemorySchema,
  }),
  /** The resources that the worker used in its whole life, from getrusage. */
  z.strictObject({
    type: z.literal('done'),
    maxRssBytes: z.number(),
    usage: z.strictObject({ cpuMs: z.number(), majorFaults: z.number() }),
    device: deviceMemorySchema.optional(),
  }),
]);

export type Message = z.output<typeof messageSchema>;

export interface FidelityQuestion extends Pick<CaseKey, 'ep' | 'threads'>, Pick<Job, 'graph' | 'vocabSize' | 'seed'> {
  /** null asks the original graph, which finds the sequences and writes its logits; else the candidate is compared with them. */
  sequences: FidelitySequence[] | null;
  /** The file with the original's logits. */
  logits: string;
}

export type PlacementQuestion = Pick<CaseKey, 'ep' | 'threads' | 'options'> & Pick<Job, 'graph' | 'vocabSize'>;

export interface KernelRatesQuestion extends Pick<CaseKey, 'ep' | 'threads'> {
  /** In bytes; one read bandwidth is measured for each. */
  workingSets: number[];
  arithmetics: Arithmetic[];
}

export interface PromptQuestion extends Pick<Job, 'key' | 'directory' | 'graph' | 'vocabSize' | 'longestPass'> {
  /** The tokens that other cases chose. */
  against: number[][];
}

/** What a worker can be asked outside of rounds (ask.ts, answer.ts). */
export type Question = Pick<Job, 'ortPackage'> & Asked;

type Asked =
  | { about: 'probe'; ep: ExecutionProvider }
  | ({ about: 'placement' } & PlacementQuestion)
  | ({ about: 'parity' } & PromptQuestion)
  | ({ about: 'fidelity' } & FidelityQuestion)
  | ({ about: 'ceilings' } & KernelRatesQuestion)
  | { about: 'storage'; path: string }
  | { about: 'eviction'; files: string[] };

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
