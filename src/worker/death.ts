// How a worker ended: its exit, the last lines of its stderr, and the failure that follows from them.
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';
import { numberField, readText } from '../machine/kernel-text.js';

const KEPT_STDERR = 16_000;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: string | null;
}

export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error: reasonOf(error) }));
    child.once('exit', (code, signal) => resolve({ code, signal, error: null }));
  });
}

export async function collectTail(stream: Readable, kept = KEPT_STDERR): Promise<string> {
  let tail = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) tail = (tail + chunk).slice(-kept);
  return tail.trim();
}

const OUT_OF_MEMORY = /heap out of memory|std::bad_alloc|Failed to allocate memory/;

/** The end of stderr without the stack and the version that Node prints below a message. */
function lastWords(stderr: string): string {
  const [words] = stderr.split(/^-----.*stack trace -----$/im) as [string];
  const lines = words.split('\n').filter((line) => !/^\s*(at .*|\^+|Node\.js v.*|[{}]|code: .*|url: .*)?$/.test(line));
  return lines.slice(-5).join('\n');
}

export function causeOfDeath(exit: Exit, stderr: string, newOomKills: number): EdgeproofError {
  if (OUT_OF_MEMORY.test(stderr)) {
    return problem('out-of-memory', { reason: stderr.split('\n').find((line) => OUT_OF_MEMORY.test(line)) ?? stderr });
  }
  if (exit.signal === 'SIGKILL') {
    if (newOomKills > 0) return problem('out-of-memory', { reason: 'the kernel killed the worker' });
    return problem('worker-killed', { signal: exit.signal });
  }
  const how =
    exit.signal === null ? `exit code ${exit.code}` : `${exit.signal}, signal ${constants.signals[exit.signal]}`;
  return problem('worker-crashed', { exit: how, stderr: lastWords(stderr) });
}

/** Out-of-memory kills in our control group so far; 0 where the system does not count them. */
export function oomKills(): number {
  return numberField(readText('/', 'sys/fs/cgroup/memory.events'), 'oom_kill') ?? 0;
}
