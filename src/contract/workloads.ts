// The workloads: their schemas in a suite (lists of lengths) and in a case (one of each), and a row of facts for each.
import { z } from 'zod';
import { BOUNDS } from './bounds.js';
import { wholeNumber } from './whole-number.js';

export const oneOrMore = <T extends z.ZodType>(item: T) => z.array(item).min(1);

const generateSchema = z
  .strictObject({
    kind: z.literal('generate'),
    prompt: oneOrMore(wholeNumber(BOUNDS.prompt)).describe(
      'Prompt lengths in tokens (pp): one forward pass over the prompt.',
    ),
    new: oneOrMore(wholeNumber(BOUNDS.new)).describe(
      'Generated tokens (tg); end-of-sequence never stops a run earlier.',
    ),
    depth: oneOrMore(wholeNumber(BOUNDS.depth))
      .default([0])
      .describe('Tokens already in the KV cache before the prompt.'),
  })
  .describe('Prefill and decode, timed token by token.');

const sustainedSchema = z
  .strictObject({
    kind: z.literal('sustained'),
    prompt: oneOrMore(wholeNumber(BOUNDS.prompt)).describe('Prompt lengths in tokens of each pass.'),
    new: oneOrMore(wholeNumber(BOUNDS.new).min(2)).describe(
      'Generated tokens of each pass; end-of-sequence never stops one earlier.',
    ),
    depth: oneOrMore(wholeNumber(BOUNDS.depth))
      .default([0])
      .describe('Tokens already in the KV cache before each prompt.'),
    seconds: wholeNumber(BOUNDS.seconds).describe('How long passes are repeated; the last one is finished.'),
  })
  .describe('One pass after another for minutes: the curve of rate, temperature and clock.');

const MICRO_TASKS = ['tokenize', 'session-run'] as const;

const microSchema = z
  .strictObject({
    kind: z.literal('micro'),
    task: z.enum(MICRO_TASKS).describe('tokenize: text to ids. session-run: one decode step.'),
    timeMs: wholeNumber(BOUNDS.microMs).default(2000).describe('Shortest sampling time.'),
    samples: wholeNumber(BOUNDS.microSamples).default(50).describe('Fewest samples.'),
    warmup: wholeNumber(BOUNDS.microWarmup).default(10).describe('Discarded executions before sampling.'),
  })
  .describe('One small operation, sampled by tinybench inside the worker.');

const tokens = {
  prompt: wholeNumber(BOUNDS.prompt),
  new: wholeNumber(BOUNDS.new),
  depth: wholeNumber(BOUNDS.depth),
};

/** llama-bench times prompts and generation in tests of their own, so an imported case has 0 of the other. */
const noneOrMore = ({ most }: { most: number }) => z.int().min(0).max(most);

export const foreignWorkloadSchema = z.strictObject({
  kind: z.literal('generate'),
  prompt: oneOrMore(noneOrMore(BOUNDS.prompt)),
  new: oneOrMore(noneOrMore(BOUNDS.new)),
  depth: oneOrMore(wholeNumber(BOUNDS.depth)),
});

export const caseWorkloadSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('generate'),
    ...tokens,
    prompt: noneOrMore(BOUNDS.prompt),
    new: noneOrMore(BOUNDS.new),
  }),
  z.strictObject({ kind: z.literal('sustained'), ...tokens, seconds: wholeNumber(BOUNDS.seconds) }),
  z.strictObject({
    kind: z.literal('micro'),
    task: z.enum(MICRO_TASKS),
    timeMs: wholeNumber(BOUNDS.microMs),
    samples: wholeNumber(BOUNDS.microSamples),
    warmup: wholeNumber(BOUNDS.microWarmup),
  }),
]);
export const workloadSchema = z.discriminatedUnion('kind', [generateSchema, sustainedSchema, microSchema]);

type Workload = z.output<typeof workloadSchema>;
export type CaseWorkload = z.output<typeof caseWorkloadSchema>;
export type WorkloadKind = CaseWorkload['kind'];
/** A workload of this kind, as a case has it. */
export type WorkloadOf<K extends WorkloadKind> = Extract<CaseWorkload, { kind: K }>;
/** Workloads that read a prompt and generate tokens. */
export type LengthsWorkload = Extract<CaseWorkload, { prompt: number }>;

interface WorkloadRow<K extends WorkloadKind> {
  /** The cases that a suite's lists stand for. */
  expand(asked: Extract<Workload, { kind: K }>): WorkloadOf<K>[];
  /** The first part of a case id. */
  name(workload: WorkloadOf<K>): string;
  /** As llama-bench says it: `pp512 tg128 @ d4096`, without the lengths that are told elsewhere. */
  label(workload: WorkloadOf<K>, without?: readonly string[]): string;
  /** Positions that the KV cache must hold. */
  positions(workload: WorkloadOf<K>): number;
  /** How long it is meant to last, beyond what every round takes. */
  seconds(workload: WorkloadOf<K>): number;
  /** Whether a session of the graph is opened. */
  opensSession(workload: WorkloadOf<K>): boolean;
  /** Whether the folder with tokenizer and configuration is needed beside the graph. */
  needsTokenizer(workload: WorkloadOf<K>): boolean;
}

type Lengths = { prompt: number; new: number; depth: number };

function lengthsLabel({ prompt, new: generated, depth }: Lengths, without: readonly string[] = []): string {
  const words = {
    ...(prompt > 0 && { prompt: `pp${prompt}` }),
    ...(generated > 0 && { new: `tg${generated}` }),
    ...(depth > 0 && { depth: `@ d${depth}` }),
  };
  return Object.entries(words)
    .flatMap(([name, word]) => (without.includes(name) ? [] : [word]))
    .join(' ');
}

function product(asked: { prompt: number[]; new: number[]; depth: number[] }): Lengths[] {
  return asked.depth.flatMap((depth) =>
    asked.prompt.flatMap((prompt) => asked.new.map((generated) => ({ prompt, new: generated, depth }))),
  );
}

/** What every workload has that reads a prompt and generates tokens. */
const GENERATING = {
  positions: ({ prompt, new: generated, depth }: Lengths) => depth + prompt + generated,
  opensSession: () => true,
  needsTokenizer: () => false,
};

const WORKLOADS = {
  generate: {
    expand: (asked) => product(asked).map((lengths) => ({ kind: 'generate', ...lengths })),
    name: () => 'generate',
    label: lengthsLabel,
    seconds: () => 0,
    ...GENERATING,
  },
  sustained: {
    expand: (asked) => product(asked).map((lengths) => ({ kind: 'sustained', ...lengths, seconds: asked.seconds })),
    name: () => 'sustained',
    label: (workload, without) => `${lengthsLabel(workload, without)} for ${workload.seconds} s`,
    seconds: ({ seconds }) => seconds,
    ...GENERATING,
  },
  micro: {
    expand: (asked) => [asked],
    name: ({ task }) => `micro/${task}`,
    label: ({ task }) => task,
    positions: () => 1,
    seconds: () => 0,
    opensSession: ({ task }) => task === 'session-run',
    needsTokenizer: ({ task }) => task === 'tokenize',
  },
} as const satisfies { [K in WorkloadKind]: WorkloadRow<K> };

/** The row of a workload. */
export function workloadRow<K extends WorkloadKind>({ kind }: { kind: K }): WorkloadRow<K> {
  return WORKLOADS[kind] as unknown as WorkloadRow<K>;
}

/** The lengths of a workload that reads a prompt; null for others. */
export function lengthsOf(workload: CaseWorkload): LengthsWorkload | null {
  return 'prompt' in workload ? workload : null;
}
