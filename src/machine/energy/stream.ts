// A meter that runs as a process and prints one reading after another, until its input is closed or it is killed. Between two
// readings the power is taken to be constant.
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Unmetered } from '../../contract/energy.js';
import { reasonOf } from '../../errors.js';
import { createReadings, type Meter, monotonicMs, type Reading, unmetered } from './meter.js';

export interface StreamedSource {
  command: string[];
  tier: Meter['tier'];
  updateMs: number;
  /** Called for every line; returns null while a reading is not complete. */
  parse(line: string): Reading | null;
  /** The name of the source, made from those of its domains. */
  source(domains: string[]): string;
  /** Turns what the command wrote to stderr before it ended into a reason. */
  explain(stderr: string): Unmetered;
}

const PATIENCE_MS = 10_000;
const LATE_UPDATES = 5;
const KEPT_STDERR = 2_000;

/** Resolves after the first reading, or with the reason why there is none. */
export async function openStream(spec: StreamedSource): Promise<Meter | Unmetered> {
  const [program, ...parameters] = spec.command as [string, ...string[]];
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const readings = createReadings();
  const news = new EventEmitter();
  let domains: string[] | null = null;
  let stderr = '';
  child.stdin.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reading = spec.parse(line);
    if (reading === null) return;
    domains ??= Object.keys(reading.joules);
    readings.add(reading);
    news.emit('news');
  });
  let ended: Unmetered | null = null;
  const end = (words: string) => {
    ended ??= spec.explain(words);
    readings.fail(ended.reason);
    news.emit('news');
  };
  child.once('error', (error) => end(reasonOf(error)));
  child.once('close', () => end(stderr.trim()));

  const until = async (isOver: () => boolean, ms: number) => {
    const signal = AbortSignal.timeout(ms);
    while (!isOver() && !signal.aborted) await once(news, 'news', { signal }).catch(() => {});
  };
  const close = () => {
    child.stdin.end();
    child.kill();
  };

  await until(() => domains !== null || readings.failure() !== null, PATIENCE_MS);
  if (domains === null) {
    close();
    return ended ?? unmetered(`${program} gave no reading within ${PATIENCE_MS / 1000} s`);
  }
  return {
    tier: spec.tier,
    source: spec.source(domains),
    updateMs: spec.updateMs,
    read: monotonicMs,
    known: (atMs) =>
      until(() => readings.failure() !== null || (readings.latestMs() ?? 0) >= atMs, spec.updateMs * LATE_UPDATES),
    usedBetween: readings.usedBetween,
    close,
  };
}
