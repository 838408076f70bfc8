// Progress of long work as text: bars for bytes, lines for rounds. Pure; commands/terminal.ts shows it.
import stringWidth from 'string-width';
import type { UntilPrecise } from '../contract/rounds.js';
import type { Phase } from '../contract/vocabulary.js';
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
  const round = `[${p.done + 1}/${p.total}] ${p.label} · round ${p.round + 1}`;
  if (isExtra(p)) return `${round}, once more`;
  return `${round} of ${rangeAt(p)} · about ${duration(p.leftMs)} left`;
}

/** `5 to 12`, and past the fewest `up to 12`. */
function rangeAt({ round, rule }: Pick<Event<'round-started'>, 'round' | 'rule'>): string {
  return round < rule.minimum ? range(rule) : `up to ${rule.maximum}`;
}

/** In place of a round of condition C; nobody knows how many of them it takes. */
function isExtra({ round, rule }: Pick<Event<'round-started'>, 'round' | 'rule'>): boolean {
  return round >= rule.maximum;
}

const PHASE: Record<Phase, string> = {
  start: 'starting',
  load: 'loading',
  depth: 'filling the KV cache',
  firstRun: 'first run',
  prefill: 'prefill',
  decode: 'decode',
};

/**
 * The same while the round runs, what matters most first: `[2/6] pp512 tg128`, `round 1 of 3`, `12 s`, `about 28 s left`,
 * `decode of pass 2`.
 */
export function liveRound(
  p: Parameters<typeof roundProgress>[0],
  now: Pick<Event<'round-phase'>, 'phase' | 'passes'> | null,
  elapsedMs: number,
): string[] {
  const leftMs = p.leftMs - elapsedMs;
  const pass = now !== null && (now.phase === 'prefill' || now.phase === 'decode') ? ` of pass ${now.passes + 1}` : '';
  return [
    `[${p.done + 1}/${p.total}] ${p.label}`,
    ...(isExtra(p)
      ? [`round ${p.round + 1}, once more`, wholeSeconds(elapsedMs)]
      : [
          `round ${p.round + 1} of ${rangeAt(p)}`,
          wholeSeconds(elapsedMs),
          leftMs > 0 ? `about ${wholeSeconds(Math.ceil(leftMs / 1000) * 1000)} left` : 'longer than planned',
        ]),
    ...(now === null ? [] : [PHASE[now.phase] + pass]),
  ];
}

/** The clock of a step ticks in seconds: `7 s`, `2 min 5 s`. */
export function wholeSeconds(ms: number): string {
  return ms < 10_000 ? `${Math.floor(ms / 1000)} s` : duration(ms);
}

/** As many of the parts, from the first, as a line of `most` columns holds; the first one is cut off where it must. */
export function fitParts(parts: readonly string[], most: number): string {
  for (let count = parts.length; count > 0; count--) {
    const line = parts.slice(0, count).join(' · ');
    if (stringWidth(line) <= most) return line;
  }
  let cut = [...(parts[0] ?? '')];
  while (cut.length > 0 && stringWidth(`${cut.join('')}…`) > most) cut = cut.slice(0, -1);
  return `${cut.join('')}…`;
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
  if (p.cases === 0) return 'plan: no rounds, since every case has all that were asked for';
  const { minimum, maximum, halfWidthPercent, budgetSeconds } = p.rule;
  const budget = budgetSeconds === null ? '' : `, none beyond ${minimum} after ${duration(budgetSeconds * 1000)}`;
  const aim = minimum === maximum ? '' : ` for ± ${halfWidthPercent} %${budget}`;
  const rounds = `${range(p.rule)} round${maximum === 1 ? '' : 's'}`;
  return `plan: ${plural(p.cases, 'case')} × ${rounds}${aim}: about ${duration(p.ms)} (${BASIS[p.basis]})`;
}

export function tookLine(ms: number, plannedMs: number): string {
  return `took ${duration(ms)}, planned ${duration(plannedMs)}`;
}
