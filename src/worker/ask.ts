// The parent side of a question: does an execution provider work here, and where do the nodes of a graph run on it?
// Each is asked in a process of its own, since a missing or broken driver may end it.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EdgeproofError, type Failure, failureOf, problem } from '../errors.js';
import type { Placement } from '../result/placement.js';
import type { ExecutionProvider } from '../suite/schema.js';
import { causeOfDeath, collectTail, exitOf } from './parent.js';
import { type Answer, answerSchema, MESSAGE_FD, type PlacementQuestion, type Question } from './protocol.js';

const ENTRY = fileURLToPath(new URL('./answer.js', import.meta.url));
const PROBE_SECONDS = 60;

/** The command that reads the energy counters of NVIDIA GPUs, for whoever opens sources of energy. */
export const GPU_METER = [process.execPath, fileURLToPath(new URL('./gpu-meter.js', import.meta.url))];

export interface AskOptions {
  timeoutSeconds: number;
  /** Aborting kills the worker; the question then rejects with the signal's reason. */
  signal?: AbortSignal;
  entry?: string;
}

/** null when `ep` works on this machine, else why it does not (`ep-unavailable`, with what to install). */
export async function probeProvider(ep: ExecutionProvider, options: Partial<AskOptions> = {}): Promise<Failure | null> {
  const answer = await ask({ about: 'probe', ep }, { timeoutSeconds: PROBE_SECONDS, ...options });
  return 'failure' in answer ? (answer.failure as Failure) : null;
}

/** Throws what the worker failed with: `ep-unavailable` when the provider itself does not work. */
export async function askPlacement(
  question: Omit<PlacementQuestion, 'about'>,
  options: AskOptions,
): Promise<Placement> {
  const answer = await ask({ about: 'placement', ...question }, options);
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if ('placement' in answer) return answer.placement;
  throw problem('worker-protocol', { reason: 'an answer without a placement' });
}

async function ask(question: Question, { timeoutSeconds, signal, entry }: AskOptions): Promise<Answer> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [entry ?? ENTRY], { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeoutSeconds * 1000);
  signal?.addEventListener('abort', kill, { once: true });
  const stderr = collectTail(child.stderr!);
  const said = collectTail(child.stdio[MESSAGE_FD] as Readable);
  child.stdin!.on('error', () => {});
  child.stdin!.end(JSON.stringify(question));

  const exit = await exitOf(child);
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);
  signal?.throwIfAborted();
  if (late)
    return { failure: failureOf(problem('worker-timeout', { seconds: timeoutSeconds, phase: question.about })) };
  const answer = answerSchema.safeParse(parse(await said));
  return answer.success ? answer.data : { failure: failureOf(causeOfDeath(exit, await stderr, 0)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
