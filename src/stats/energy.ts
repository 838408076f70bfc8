// Joules per token from the stretches of a round, gross and net of what the machine uses idle. Pure.
import type { Energy, MeteredEnergy } from '../contract/energy.js';
import { type CaseResult, type OkRound, okRounds } from '../contract/result.js';
import type { PerToken, RoundEnergy } from '../contract/views/rounds.js';

/** Shorter stretches say little, because their first and last update are cut off. */
export const LEAST_UPDATES = 50;

/** Summed over all timed iterations; null if nothing was metered, or if the stretches are too short for their source. */
export function joulesPerToken({ energy }: OkRound, phase: 'prefill' | 'decode'): PerToken | null {
  if (!isMetered(energy)) return null;
  const parts = energy.stretches.filter((stretch) => stretch.kind === 'timed' && stretch.phase === phase);
  const tokens = sum(parts.map((part) => part.tokens ?? 0));
  const ms = sum(parts.map((part) => part.ms));
  if (tokens === 0 || isTooShort(ms / parts.length, energy)) return null;
  return perToken(sum(parts.map(({ joules }) => total(joules))), ms, tokens, energy);
}

/** Joules per generated token, the prompt and all pauses included, from the first timed iteration to the end of the last. */
export function joulesPerTokenInAll({ energy }: OkRound): PerToken | null {
  if (!isMetered(energy) || energy.whole === null) return null;
  const { ms, tokens, joules } = energy.whole;
  return isTooShort(ms, energy) ? null : perToken(total(joules), ms, tokens, energy);
}

/** The energy of a round as views have it; null in older documents. */
export function energyOf(round: OkRound): RoundEnergy | null {
  const { energy } = round;
  if (!isMetered(energy)) return energy;
  const { tier, source, updateMs, idle } = energy;
  return {
    tier,
    source,
    updateMs,
    idle,
    joulesPerPromptToken: joulesPerToken(round, 'prefill'),
    joulesPerToken: joulesPerToken(round, 'decode'),
    joulesPerTokenInAll: joulesPerTokenInAll(round),
  };
}

function perToken(joules: number, ms: number, tokens: number, { idle }: MeteredEnergy): PerToken {
  const idleJoules = idle === null ? null : (total(idle.watts) * ms) / 1000;
  return { gross: joules / tokens, net: idleJoules === null ? null : (joules - idleJoules) / tokens };
}

function isMetered(energy: Energy | null): energy is MeteredEnergy {
  return energy !== null && energy.tier !== 'unavailable';
}

function isTooShort(ms: number, { updateMs }: MeteredEnergy): boolean {
  return ms < LEAST_UPDATES * updateMs;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function total(byDomain: Record<string, number>): number {
  return sum(Object.values(byDomain));
}

/** Where the energy of a case was read, such as `counter, RAPL: package-0`. Empty if it was not read. */
export function energySources(result: CaseResult): string[] {
  const sources = okRounds(result).flatMap(({ energy }) =>
    isMetered(energy) ? [`${energy.tier}, ${energy.source}`] : [],
  );
  return [...new Set(sources)];
}

/** Only figures of the same source compare: a battery includes the screen, a processor package excludes the GPU. */
export function comparableEnergy(baseline: CaseResult, candidate: CaseResult): boolean {
  const [a, b] = [energySources(baseline), energySources(candidate)];
  return a.length === 1 && b.length === 1 && a[0] === b[0];
}

/** Watts of the idle machine, all domains together, for each round that has a baseline. */
export function idleWatts(result: CaseResult): number[] {
  return okRounds(result).flatMap(({ energy }) =>
    isMetered(energy) && energy.idle !== null ? [total(energy.idle.watts)] : [],
  );
}

/** Why rounds have no energy and what to do about it; left out where nothing can be done. */
export function remedies(result: CaseResult): string[] {
  return okRounds(result).flatMap(({ energy }) =>
    energy?.tier === 'unavailable' && energy.remedy !== null ? [`${energy.reason}; ${energy.remedy}`] : [],
  );
}
