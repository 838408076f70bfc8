// The parent side of one round: starts a worker, waits for its messages, watches its memory from outside,
// and turns every way of dying into a failure. Nothing here polls; nothing here loads a native library.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { roundMs } from '../contract/document-text.js';
import type { OkRound, Round } from '../contract/result.js';
import { type EdgeproofError, type Failure, failureOf, problem, reasonOf } from '../errors.js';
import { traceProcessor } from '../machine/condition/trace.js';
import { watchCondition } from '../machine/condition/watch.js';
import { accountEnergy, type EnergySource, type TokensByPhase } from '../machine/energy/account.js';
import { watchMemory } from '../machine/process-memory.js';
import { holdToLimits, type LimitedWorker } from './confined.js';
import { causeOfDeath, collectTail, exitOf, oomKills } from './death.js';
import { environmentOf } from './environment.js';
import { type Job, MESSAGE_FD, type Message, messageSchema, type Phase } from './protocol.js';

const ENTRY = fileURLToPath(new URL('./child.js', import.meta.url));
const V8_FLAGS = ['--expose-gc'];
const LONGEST_MESSAGE = 16 << 20;
const PATIENCE_MS = 500;
/** The longest delay that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface RoundOptions {
  timeoutSeconds: number;
  /** Aborting kills the worker; the round then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Where energy is read; nothing is told of it without one. */
  energy?: EnergySource;
  onPhase?: (phase: Phase) => void;
  onIteration?: (done: number) => void;
  /** Whether the worker is watched during an iteration (from 0, warm-up included); by default during all. */
  observes?: (iteration: number) => boolean;
  entry?: string;
  /** Of the worker that answers questions, as `entry` is of the one that runs the round. */
  answerEntry?: string;
}

/** Runs one round in a fresh process. Resolves for failures too; rejects only when aborted. */
export async function runRound(job: Job, options: RoundOptions): Promise<Round> {
  options.signal?.throwIfAborted();
  const startedAt = new Date().toISOString();
  const limited = await holdToLimits(job, [process.execPath, ...V8_FLAGS, options.entry ?? ENTRY], options);
  const head = { index: job.round, startedAt };
  if ('failure' in limited) return { status: 'failed', ...head, failure: limited.failure };
  const outcome = await converse(job, options, limited).finally(limited.release);
  options.signal?.throwIfAborted();
  return 'failure' in outcome
    ? { status: 'failed', ...head, failure: limited.explain(outcome.failure), ...limited.held() }
    : { status: 'ok', ...head, ...outcome, ...limited.held() };
}

type Outcome = { failure: Failure } | Omit<OkRound, 'status' | 'index' | 'startedAt'>;

async function converse(job: Job, options: RoundOptions, limited: LimitedWorker): Promise<Outcome> {
  const oomKillsBefore = oomKills();
  const machine = watchCondition(job.graph);
  const [command, ...parameters] = limited.command;
  const child = spawn(command, parameters, {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: environmentOf(job.key),
  });
  const exit = exitOf(child);
  if (child.pid === undefined) {
    return { failure: failureOf(problem('worker-unstartable', { reason: (await exit).error ?? 'no process id' })) };
  }
  const memory = watchMemory(child.pid, 'start');
  const energy = options.energy === undefined ? null : accountEnergy(options.energy);
  const trace = job.key.workload.kind === 'sustained' ? traceProcessor() : null;
  const observe = (iteration: number) => memory.rest(options.observes?.(iteration) === false);
  const stderr = collectTail(child.stderr!);
  let phase: Phase = 'start';
  let verdict: EdgeproofError | null = null;
  const end = (problem: EdgeproofError) => {
    verdict ??= problem;
    child.kill('SIGKILL');
  };
  const { timeoutSeconds: seconds } = options;
  const timer = setTimeout(
    () => end(problem('worker-timeout', { seconds, phase })),
    Math.min(seconds * 1000, LONGEST_TIMER_MS),
  );
  const abort = () => child.kill('SIGKILL');
  options.signal?.addEventListener('abort', abort, { once: true });

  const round: Omit<OkRound, 'status' | 'index' | 'startedAt' | 'memory' | 'condition' | 'energy'> = {
    options: {},
    loadMs: { library: 0, session: 0 },
    iterations: [],
  };
  let failure: Failure | null = null;
  let loaded = false;
  let workerMaxRss: number | null = null;
  let device: OkRound['memory']['device'];
  let condition: OkRound['condition'] = null;
  const receive = (message: Message) => {
    switch (message.type) {
      case 'phase':
        energy?.enter(message.phase);
        memory.enter(message.phase);
        limited.enter(message.phase);
        phase = message.phase;
        if (phase === 'prefill') trace?.start();
        options.onPhase?.(phase);
        break;
      case 'loaded':
        loaded = true;
        limited.requireHeld(child.pid!, end);
        round.options = message.options;
        round.loadMs = { library: roundMs(message.loadMs.library), session: roundMs(message.loadMs.session) };
        break;
      case 'iteration':
        energy?.iteration(message.iteration.kind, tokensOf(job.key.workload));
        machine.sample();
        round.iterations.push(message.iteration);
        observe(round.iterations.length);
        options.onIteration?.(round.iterations.length);
        break;
      case 'memory':
        memory.report(message);
        break;
      case 'failed':
        failure = message.failure as Failure;
        break;
      case 'done':
        memory.stop();
        condition = machine.finish(message.usage);
        workerMaxRss = message.maxRssBytes;
        device = message.device;
        break;
    }
  };
  const messages = readMessages(child.stdio[MESSAGE_FD] as Readable, receive, (reason) =>
    end(problem('worker-protocol', { reason })),
  );
  child.stdin!.on('error', () => {});
  child.stdin!.end(JSON.stringify(job));

  const status = await exit;
  await settled(messages, undefined);
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', abort);
  memory.stop();
  const points = trace?.finish();
  if (verdict !== null) return { failure: failureOf(verdict) };
  if (failure !== null) return { failure };
  if (workerMaxRss === null)
    return { failure: failureOf(causeOfDeath(status, await settled(stderr, ''), oomKills() - oomKillsBefore)) };
  if (!loaded || round.iterations.length === 0) {
    return { failure: failureOf(problem('worker-protocol', { reason: 'it ended without a measurement' })) };
  }
  const phases = memory.phases();
  const peaks = Object.values(phases).map((entry) => entry.peakRssBytes);
  return {
    ...round,
    memory: {
      method: peaks.length > 0 ? memory.method() : `${memory.method()}; peak from getrusage of the worker`,
      peakRssBytes: peaks.length > 0 ? Math.max(...peaks) : workerMaxRss,
      phases,
      ...(device === undefined ? {} : { device }),
    },
    condition,
    energy: (await energy?.finish()) ?? null,
    ...(points === undefined ? {} : { trace: points }),
  };
}

/** What an iteration reads and writes in each phase; the first token comes with the prompt. */
function tokensOf(workload: Job['key']['workload']): TokensByPhase {
  return workload.kind === 'micro' ? {} : { prefill: workload.prompt, decode: workload.new - 1 };
}

/** A pipe that something else still holds open does not keep a finished round waiting. */
function settled<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([reading, new Promise<T>((resolve) => setTimeout(resolve, PATIENCE_MS, otherwise).unref())]);
}

/** Resolves when the pipe is closed; every line must be a message. A last line cut off by death is not judged. */
async function readMessages(
  pipe: Readable,
  receive: (message: Message) => void,
  reject: (reason: string) => void,
): Promise<void> {
  let rest = '';
  pipe.setEncoding('utf8');
  try {
    for await (const chunk of pipe) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      if (rest.length > LONGEST_MESSAGE) return reject(`${rest.length} bytes without an end`);
      for (const line of lines) {
        const parsed = messageSchema.safeParse(parse(line));
        if (!parsed.success) return reject(JSON.stringify(line.slice(0, 80)));
        receive(parsed.data);
      }
    }
  } catch (error) {
    reject(reasonOf(error));
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
