// A use profile: what people do with a model, as lengths, and the thresholds that say whether it serves them. One file each
// in benchmarks/uses/ (docs/devices.md).
import { z } from 'zod';
import { DEVICE_KINDS } from './device-profile.js';

/** What thresholds are about. `predicted`: `fit` can say it before anything is measured. */
export const USE_METRICS = {
  ttftSeconds: { words: 'time to first token', unit: 's', predicted: true },
  decodeTokensPerSecond: { words: 'decode', unit: 'tok/s', predicted: true },
  prefillTokensPerSecond: { words: 'prefill', unit: 'tok/s', predicted: true },
  totalSeconds: { words: 'whole answer', unit: 's', predicted: true },
  turnSeconds: { words: 'a turn', unit: 's', predicted: true },
  taskSeconds: { words: 'all turns', unit: 's', predicted: true },
  memoryShare: { words: 'share of the memory', unit: '', predicted: true },
  itemsPerHour: { words: 'items', unit: 'an hour', predicted: true },
  decodeShareAtDepth: { words: 'decode rate left at the end', unit: '', predicted: true },
  prefillOverhead: { words: 'tokens read for each new one', unit: '', predicted: false },
  firstAudioSeconds: { words: 'time to first sound', unit: 's', predicted: false },
  sustainedTokensPerSecond: { words: 'decode when hot', unit: 'tok/s', predicted: false },
  sustainedShare: { words: 'rate left when hot', unit: '', predicted: false },
  realTimeFactor: { words: 'processing time over audio time', unit: '', predicted: false },
  stallSeconds: { words: 'longest gap', unit: 's', predicted: false },
  cancelSeconds: { words: 'time to cancel', unit: 's', predicted: false },
  imageEncoderSeconds: { words: 'image encoder', unit: 's', predicted: false },
  joulesPerToken: { words: 'energy', unit: 'J/tok', predicted: false },
} as const satisfies Record<string, { words: string; unit: string; predicted: boolean }>;
export type UseMetric = keyof typeof USE_METRICS;
const USE_METRIC_NAMES = Object.keys(USE_METRICS) as [UseMetric, ...UseMetric[]];

const tokens = z.int().positive();
const firstClause = tokens.optional().describe('Tokens that speech synthesis needs before it can start.');

const workloadSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('single'), prompt: tokens, new: tokens, firstClause }),
    z.strictObject({
      kind: z.literal('conversation'),
      system: z.int().nonnegative().describe('Tokens that are read before the first turn.'),
      turns: z.int().positive(),
      input: tokens.describe('New tokens to read in each turn.'),
      new: tokens,
      firstClause,
    }),
    z.strictObject({
      kind: z.literal('repeated'),
      prompt: tokens,
      changed: tokens.describe('Tokens of the prompt that changed since the last request; the others stay cached.'),
      new: tokens,
    }),
    z.strictObject({ kind: z.literal('batch'), items: z.int().positive(), prompt: tokens, new: tokens }),
  ])
  .describe('One user, one request at a time.');

const thresholdSchema = z
  .strictObject({
    metric: z.enum(USE_METRIC_NAMES),
    better: z.enum(['higher', 'lower']),
    acceptable: z.number().positive(),
    good: z.number().positive(),
    basis: z.enum(['published', 'computed', 'reason']),
    why: z.string(),
    source: z.string().min(1),
    appliesTo: z.array(z.enum(DEVICE_KINDS)).optional(),
  })
  .superRefine(({ better, acceptable, good }, context) => {
    if (better === 'higher' ? good >= acceptable : good <= acceptable) return;
    const message = `good (${good}) asks for less than acceptable (${acceptable})`;
    context.addIssue({ code: 'custom', path: ['good'], message });
  });

const lengthSchema = z.strictObject({
  name: z.string(),
  value: z.number().positive(),
  range: z.tuple([z.number().positive(), z.number().positive()]),
  why: z.string(),
  source: z.string().min(1),
});

export const useProfileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    name: z.string(),
    what: z.string(),
    workload: workloadSchema,
    lengths: z.array(lengthSchema).describe('Where the lengths of the workload come from.'),
    thresholds: z.array(thresholdSchema).min(1),
  })
  .describe('A use profile of edgeproof.');

export type UseProfile = z.output<typeof useProfileSchema>;
export type UseWorkload = UseProfile['workload'];
export type Threshold = UseProfile['thresholds'][number];
