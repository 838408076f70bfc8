// The energy of a round, as a result document stores it. machine/energy/ counts it, stats/energy.ts turns it into joules per
// token. Joules and watts stand by domain: package-0, package-0 dram, gpu-0, chip, battery.
import { z } from 'zod';

const byDomain = z.record(z.string(), z.number());
const ms = z.number().nonnegative();

const meteredSchema = z.strictObject({
  /** counter: counted by the hardware. coarse: a battery's discharge, or power that the system estimates. */
  tier: z.enum(['counter', 'coarse']),
  source: z.string(),
  /** Longest time between two updates of the source; shorter stretches cannot be measured. */
  updateMs: z.number().positive(),
  /** The idle machine before the first round; null where a baseline would take too long. */
  idle: z.strictObject({ seconds: z.number().positive(), watts: byDomain }).nullable(),
  stretches: z.array(
    z.strictObject({
      phase: z.string(),
      /** null before the first iteration. */
      kind: z.enum(['warmup', 'timed']).nullable(),
      ms,
      /** Prompt tokens, or tokens generated after the first; null for phases without tokens. */
      tokens: z.int().nullable(),
      joules: byDomain,
    }),
  ),
  /** From the start of the first timed iteration to the end of the last, gaps included; `tokens` are those generated. */
  whole: z.strictObject({ ms, tokens: z.int().positive(), joules: byDomain }).nullable(),
});

const unmeteredSchema = z.strictObject({
  tier: z.literal('unavailable'),
  reason: z.string(),
  /** What the user can do about it, if anything. */
  remedy: z.string().nullable(),
});

export const energySchema = z.discriminatedUnion('tier', [meteredSchema, unmeteredSchema]);

export type Energy = z.output<typeof energySchema>;
export type MeteredEnergy = z.output<typeof meteredSchema>;
/** Power of the idle machine. */
export type IdlePower = NonNullable<MeteredEnergy['idle']>;
export type Stretch = MeteredEnergy['stretches'][number];
/** Why energy cannot be measured. */
export type Unmetered = z.output<typeof unmeteredSchema>;
