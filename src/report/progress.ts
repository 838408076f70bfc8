// Progress of long work as text: bars for bytes, lines for rounds. Pure; commands/terminal.ts shows it.
import { bytes, duration } from './format.js';

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

/** `[2/6] pp512 tg128 · round 1 of 3 · about 40 s left` */
export function roundProgress(p: {
  done: number;
  total: number;
  label: string;
  round: number;
  rounds: number;
  elapsedMs: number;
}): string {
  const left = p.done === 0 ? '' : ` · about ${duration((p.elapsedMs / p.done) * (p.total - p.done))} left`;
  return `[${p.done + 1}/${p.total}] ${p.label} · round ${p.round + 1} of ${p.rounds}${left}`;
}
