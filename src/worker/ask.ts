// The parent side of a question to a worker: does an execution provider work, where do the nodes of a graph run, how fast are
// kernels and the disk, which tokens answer a fixed prompt, how far are the logits of two graphs apart. Each question gets a
// process of its own, since a missing or broken driver may crash it.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Ceiling } from '../contract/ceilings.js';
import type { PageCache } from '../contract/condition.js';
import type { ExecutionProvider } from '../contract/execution-providers.js';
import type { Position } from '../contract/fidelity.js';
import type { Placement } from '../contract/placement.js';
import type { PromptAnswer } from '../contract/prompt-answer.js';
import { EdgeproofError, type Failure, failureOf, problem } from '../errors.js';
import { causeOfDeath, collectTail, exitOf } from './death.js';
import { environmentOf } from './environment.js';
import {
  type Answer,
  answerSchema,
  type CeilingsQuestion,
  type FidelityQuestion,
  MESSAGE_FD,
  type ParityQuestion,
  type PlacementQuestion,
  type Question,
} from './protocol.js';

const ENTRY = fileURLToPath(new URL('./answer.js', import.meta.url));
const PROBE_SECONDS = 60;
const LONGEST_ANSWER = 1 << 20;

export interface AskOptions {
  timeoutSeconds: number;
  /** Aborting kills the worker; the question then rejects with the signal's reason. */
  signal?: AbortSignal;
  entry?: string;
}

export interface Probe {
  /** null when the provider works on this machine, else `ep-unavailable` with the reason and what to install. */
  failure: Failure | null;
  /** The most tokens in one pass that it computes correctly; null where there is no limit. */
  longestPass: number | null;
}

export async function probeProvider(ep: ExecutionProvider, options: Partial<AskOptions> = {}): Promise<Probe> {
  const answer = await ask({ about: 'probe', ep }, { timeoutSeconds: PROBE_SECONDS, ...options });
  if ('works' in answer) return { failure: null, longestPass: answer.longestPass };
  const wrong = () => failureOf(problem('worker-protocol', { reason: 'an answer to another question' }));
  return { failure: 'failure' in answer ? (answer.failure as Failure) : wrong(), longestPass: null };
}

/** Throws the worker's failure: `ep-unavailable` when the provider itself does not work. */
export async function askPlacement(
  question: Omit<PlacementQuestion, 'about'>,
  options: AskOptions,
): Promise<Placement> {
  const answer = await ask({ about: 'placement', ...question }, options);
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if ('placement' in answer) return answer.placement;
  throw problem('worker-protocol', { reason: 'an answer without a placement' });
}

/** The rates of the kernels that cases use, or of the disk. Throws `ep-unavailable` when the provider does not work. */
export async function askCeilings(
  question: Omit<CeilingsQuestion, 'about'> | { path: string },
  options: AskOptions,
): Promise<Ceiling[]> {
  const answer = await ask(
    'path' in question ? { about: 'storage', ...question } : { about: 'ceilings', ...question },
    options,
  );
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if ('ceilings' in answer) return answer.ceilings;
  throw problem('worker-protocol', { reason: 'an answer without ceilings' });
}

/** The tokens that a case answers the fixed prompt with, and how close other tokens came. */
export async function askParity(question: Omit<ParityQuestion, 'about'>, options: AskOptions): Promise<PromptAnswer> {
  const answer = await ask({ about: 'parity', ...question }, options);
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if ('prompt' in answer) return answer.prompt;
  throw problem('worker-protocol', { reason: 'an answer without tokens' });
}

/** Drops files from the page cache and says whether that is proven. Throws only if the worker fails. */
export async function askEviction(files: string[], options: AskOptions): Promise<PageCache> {
  const answer = await ask({ about: 'eviction', files }, options);
  if ('failure' in answer) throw new EdgeproofError(answer.failure as Failure);
  if ('pageCache' in answer) return answer.pageCache;
  throw problem('worker-protocol', { reason: 'an answer about no page cache' });
}

/** Compares two graphs position by position, with one of them in memory at a time. `logits` names a file to be written. */
export async function askFidelity(
  question: Omit<FidelityQuestion, 'about' | 'graph' | 'sequences'>,
  graphs: { original: string; candidate: string },
  options: AskOptions,
): Promise<Position[]> {
  const about = 'fidelity';
  const original = await ask({ about, ...question, graph: graphs.original, sequences: null }, options);
  if ('failure' in original) throw new EdgeproofError(original.failure as Failure);
  if (!('sequences' in original)) throw problem('worker-protocol', { reason: 'an answer without sequences' });
  const { sequences } = original;
  const candidate = await ask({ about, ...question, graph: graphs.candidate, sequences }, options);
  if ('failure' in candidate) throw new EdgeproofError(candidate.failure as Failure);
  if ('positions' in candidate) return candidate.positions;
  throw problem('worker-protocol', { reason: 'an answer without positions' });
}

async function ask(question: Question, { timeoutSeconds, signal, entry }: AskOptions): Promise<Answer> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [entry ?? ENTRY], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: 'key' in question ? environmentOf(question.key) : process.env,
  });
  const kill = () => child.kill('SIGKILL');
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeoutSeconds * 1000);
  signal?.addEventListener('abort', kill, { once: true });
  const stderr = collectTail(child.stderr!);
  const said = collectTail(child.stdio[MESSAGE_FD] as Readable, LONGEST_ANSWER);
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
