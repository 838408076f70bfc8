// A worker process from outside: how it is started, its environment, its exit, and the failure that follows from that.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { CaseKey } from '../contract/case-key.js';
import { RUNTIMES } from '../contract/runtimes.js';
import { type EdgeproofError, problem, reasonOf } from '../errors.js';
import { numberField, readText } from '../machine/kernel-text.js';
import { type Job, MESSAGE_FD, type Question } from './protocol.js';

export type Command = [program: string, ...parameters: string[]];

interface StartOptions {
  env: NodeJS.ProcessEnv;
  timeoutSeconds: number;
  onTimeout: () => void;
  /** Aborting kills the worker. */
  signal?: AbortSignal | undefined;
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error: string | null;
}

const KEPT_STDERR = 16_000;
/** The longest delay that setTimeout accepts. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Starts a worker with `input` as JSON on its stdin. It is killed when the time is over. Throws `worker-unstartable`. */
export async function startWorker([program, ...parameters]: Command, input: Job | Question, options: StartOptions) {
  const { env, timeoutSeconds, onTimeout, signal } = options;
  const child = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'], env });
  const kill = () => child.kill('SIGKILL');
  const late = () => {
    onTimeout();
    kill();
  };
  const timer = setTimeout(late, Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS));
  signal?.addEventListener('abort', kill, { once: true });
  const exit = exitOf(child).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  });
  if (child.pid === undefined) throw problem('worker-unstartable', { reason: (await exit).error ?? 'no process id' });
  child.stdin!.on('error', () => {});
  child.stdin!.end(JSON.stringify(input));
  const stderr = collectTail(child.stderr!, KEPT_STDERR);
  return { pid: child.pid, kill, exit, stderr, messages: child.stdio[MESSAGE_FD] as Readable };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error: reasonOf(error) }));
    child.once('exit', (code, signal) => resolve({ code, signal, error: null }));
  });
}

export async function collectTail(stream: Readable, kept: number): Promise<string> {
  let tail = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) tail = (tail + chunk).slice(-kept);
  return tail.trim();
}

/** null for text that is not JSON, which no schema of a message accepts. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Makes glibc's malloc ask the kernel for pages of 2 MiB: https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html */
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';

/** The settings that libraries read only when a process starts. */
export function environmentOf(
  { runtime, options }: Pick<CaseKey, 'runtime' | 'options'>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const tunables = [env.GLIBC_TUNABLES ?? [], options?.hugePages ? HUGE_PAGES : []].flat();
  return {
    ...env,
    ...RUNTIMES[runtime].environment,
    ...(tunables.length === 0 ? {} : { GLIBC_TUNABLES: tunables.join(':') }),
  };
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
