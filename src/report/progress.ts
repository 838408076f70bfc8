// Progress of long work as text: bars for bytes, lines for rounds. Pure; commands/terminal.ts shows it.
import type { UntilPrecise } from '../contract/rounds.js';
import type { RunEvent } from '../run/events.js';
import type { Basis } from '../stats/round-time.js';
import { bytes, duration, plural } from './format.js';

type Event<T> = Extract<RunEvent, { type: T }>;

const BAR_CELLS = 24;
/** A rate over less than this says nothing. */
const SHORTEST_FOR_RATE_MS = 150;

/** `startBytes` were done before the clock started. `writing qwen2.5-0.5b tuned q4  ██████──────  52 %  149 MB of 287 MB  410 MB/s  0.3 s left` */
export function byteProgress(
  what: string,
  doneBytes: number,
  totalBytes: number,
  elapsedMs: number,
  startBytes = 0,
): string {
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes;
  const filled = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(filled) + '─'.repeat(BAR_CELLS - filled);
  const amount = `${what}  ${bar}  ${Math.round(share * 100)} %  ${bytes(doneBytes)} of ${bytes(totalBytes)}`;
  if (elapsedMs < SHORTEST_FOR_RATE_MS) return amount;
  const rate = (doneBytes - startBytes) / (elapsedMs / 1000);
  const left = doneBytes < totalBytes && rate > 0 ? `  ${duration(((totalBytes - doneBytes) / rate) * 1000)} left` : '';
  return `${amount}  ${bytes(rate)}/s${left}`;
}

/** `[2/6] pp512 tg128 · round 1 of 3 · about 40 s left`; `round 1 of 5 to 30` where precision ends it. */
export function roundProgress(p: Omit<Event<'round-started'>, 'type' | 'result'> & { label: string }): string {
  return `[${p.done + 1}/${p.total}] ${p.label} · round ${p.round + 1} of ${range(p.rule)} · about ${duration(p.leftMs)} left`;
}

function range({ minimum, maximum }: UntilPrecise): string {
  return minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
}

const BASIS: Record<Basis, string> = {
  measured: 'as measured here before',
  scaled: 'scaled from other results of this machine',
  assumed: 'a rough guess: this machine has no result like it yet',
};

/** `plan: 2 cases × 5 rounds, about 1 min 20 s (as measured here before)` */
export function planLine(p: Omit<Event<'planned'>, 'type'>): string {
  const { minimum, maximum, halfWidthPercent, budgetSeconds } = p.rule;
  const budget = budgetSeconds === null ? '' : `, none beyond ${minimum} after ${duration(budgetSeconds * 1000)}`;
  const until = minimum === maximum ? '' : ` until ± ${halfWidthPercent} %${budget}`;
  const rounds = `${range(p.rule)} round${maximum === 1 ? '' : 's'}`;
  return `plan: ${plural(p.cases, 'case')} × ${rounds}${until}: about ${duration(p.ms)} (${BASIS[p.basis]})`;
}

export function tookLine(ms: number, plannedMs: number): string {
  return `took ${duration(ms)}, planned ${duration(plannedMs)}`;
}
