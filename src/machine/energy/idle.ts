// The power that the machine uses while idle, measured once before the first round.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnergySource } from './account.js';
import { type Meter, rounded, unmetered } from './meter.js';

/** With fewer updates of a counter the error is several percent; stats/energy.ts has the same bound. */
const UPDATES = 50;
const SHORTEST_MS = 5_000;
/** A source that would need longer gets no baseline. */
const LONGEST_MS = 30_000;

export function idleMs({ updateMs }: Pick<Meter, 'updateMs'>): number | null {
  const ms = Math.max(SHORTEST_MS, UPDATES * updateMs);
  return ms > LONGEST_MS ? null : ms;
}

/** The source with its baseline; unavailable where a counter does not move, as in some virtual machines. */
export async function measureIdle(
  meter: Meter,
  signal: AbortSignal,
  ms: number | null = idleMs(meter),
): Promise<EnergySource> {
  if (ms === null) return { meter, idle: null };
  const startMs = meter.read();
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  const endMs = meter.read();
  await meter.known(endMs);
  const joules = meter.usedBetween(startMs, endMs);
  if (typeof joules === 'string') return unmetered(joules);
  const seconds = (endMs - startMs) / 1000;
  const still = Object.entries(joules).find(([domain, used]) => used === 0 && !domain.endsWith('dram'));
  if (still !== undefined) return unmetered(`the counter of ${still[0]} stands still, as in some virtual machines`);
  const watts = Object.entries(joules).map(([domain, used]) => [domain, rounded(used / seconds)] as const);
  return { meter, idle: { seconds: rounded(seconds), watts: Object.fromEntries(watts) } };
}
