// The energy of a round as a result document stores it; counted by machine/energy/, turned into joules per token by
// stats/energy.ts. Joules and watts by domain: package-0, package-0 dram, gpu-0, chip, battery.
import { z } from 'zod';

const byDomain = z.record(z.string(), z.number());
const ms = z.number().nonnegative();

const meteredSchema = z.strictObject({
  /** counter: counted by the hardware. coarse: a battery's discharge, or power that the system estimates. */
  tier: z.enum(['counter', 'coarse']),
  source: z.string(),
  /** Longest time between two updates of the source: short stretches cannot be told. */
  updateMs: z.number().positive(),
  /** Before the first round of the run; null where a baseline would take too long. */
  idle: z.strictObject({ seconds: z.number().positive(), watts: byDomain }).nullable(),
  stretches: z.array(
    z.strictObject({
      phase: z.string(),
      /** null before the first iteration. */
      kind: z.enum(['warmup', 'timed']).nullable(),
      ms,
      /** Read in the prompt, or generated after the first one; null for phases without tokens. */
      tokens: z.int().nullable(),
      joules: byDomain,
    }),
  ),
  /** From the first timed iteration to the end of the last, with what lies between them; tokens are those generated. */
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
/** What the machine uses while nothing is asked of it. */
export type IdlePower = NonNullable<MeteredEnergy['idle']>;
export type Stretch = MeteredEnergy['stretches'][number];
/** Energy cannot be told, and why. */
export type Unmetered = z.output<typeof unmeteredSchema>;
