// The parent side of one round: starts a worker, receives its messages, watches its memory from outside, and turns every way
// of dying into a failure. Nothing here polls, and nothing here loads a native library.

import type { Readable } from 'node:stream';
import { ownScript } from '../contract/directory.js';
import { roundMs } from '../contract/document-text.js';
import type { LoadMs, OkRound, Round } from '../contract/result.js';
import type { Phase } from '../contract/vocabulary.js';
import { type EdgeproofError, type Failure, failureOf, problem, reasonOf } from '../errors.js';
import { traceProcessor } from '../machine/condition/trace.js';
import { watchCondition } from '../machine/condition/watch.js';
import { accountEnergy, type TokensByPhase } from '../machine/energy/account.js';
import { watchMemory } from '../machine/process-memory.js';
import { type ConfinedWorker, confineWorker } from './confined.js';
import type { RoundOptions } from './executor.js';
import { type Job, type Message, messageSchema } from './protocol.js';
import { causeOfDeath, environmentOf, oomKills, parsed, startWorker } from './worker-process.js';

const ENTRY = ownScript('worker/child.js');
const V8_FLAGS = ['--expose-gc'];
const LONGEST_MESSAGE = 16 << 20;
const PATIENCE_MS = 500;

/** Runs one round in a fresh process. Resolves for failures too; rejects only when aborted. */
export async function runRound(job: Job, options: RoundOptions): Promise<Round> {
  options.signal?.throwIfAborted();
  const startedAt = new Date().toISOString();
  const confined = await confineWorker(job, [process.execPath, ...V8_FLAGS, options.entry ?? ENTRY], options);
  const head = { index: job.round, startedAt };
  if ('failure' in confined) return { status: 'failed', ...head, failure: confined.failure };
  const outcome = await converse(job, options, confined).finally(confined.release);
  options.signal?.throwIfAborted();
  return 'failure' in outcome
    ? { status: 'failed', ...head, failure: confined.explain(outcome.failure), ...confined.held() }
    : { status: 'ok', ...head, ...outcome, ...confined.held() };
}

type Outcome = { failure: Failure } | Omit<OkRound, 'status' | 'index' | 'startedAt'>;

async function converse(job: Job, options: RoundOptions, confined: ConfinedWorker): Promise<Outcome> {
  const oomKillsBefore = oomKills();
  const machine = watchCondition(job.graph);
  let phase: Phase = 'start';
  let verdict: EdgeproofError | null = null;
  const { timeoutSeconds, signal } = options;
  const worker = await startWorker(
    confined.command,
    { ...job, ortPackage: options.ortPackage },
    {
      env: environmentOf(job.key),
      timeoutSeconds,
      onTimeout: () => {
        verdict ??= problem('worker-timeout', { seconds: timeoutSeconds, phase });
      },
      signal,
    },
  ).catch((error: unknown) => ({ failure: failureOf(error) }));
  if ('failure' in worker) return worker;
  const end = (fault: EdgeproofError) => {
    verdict ??= fault;
    worker.kill();
  };
  const memory = watchMemory(worker.pid, 'start');
  const energy = options.energy === undefined ? null : accountEnergy(options.energy);
  const trace = job.key.workload.kind === 'sustained' ? traceProcessor() : null;
  const observe = (iteration: number) => memory.rest(options.observes?.(iteration) === false);
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
        confined.enter(message.phase);
        phase = message.phase;
        if (phase === 'prefill') trace?.start();
        options.onPhase?.(phase);
        break;
      case 'loaded':
        loaded = true;
        confined.requireHeld(worker.pid, end);
        round.options = message.options;
        round.loadMs = roundedLoad(message.loadMs);
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
  const messages = readMessages(worker.messages, receive, (reason) => end(problem('worker-protocol', { reason })));
  const exit = await worker.exit;
  await settled(messages, undefined);
  memory.stop();
  const points = trace?.finish();
  if (verdict !== null) return { failure: failureOf(verdict) };
  if (failure !== null) return { failure };
  if (workerMaxRss === null)
    return { failure: failureOf(causeOfDeath(exit, await settled(worker.stderr, ''), oomKills() - oomKillsBefore)) };
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

function roundedLoad({ library, session, graph }: LoadMs): LoadMs {
  const rounded = { library: roundMs(library), session: roundMs(session) };
  return graph === undefined ? rounded : { ...rounded, graph: roundMs(graph) };
}

/** The tokens of each phase of an iteration; the first generated one belongs to the prefill. */
function tokensOf(workload: Job['key']['workload']): TokensByPhase {
  return workload.kind === 'micro' ? {} : { prefill: workload.prompt, decode: workload.new - 1 };
}

/** Waits only briefly, since another process may still hold the pipe of a finished worker open. */
function settled<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([reading, new Promise<T>((resolve) => setTimeout(resolve, PATIENCE_MS, otherwise).unref())]);
}

/** Resolves when the pipe is closed. Every line must be a message, except a last one that was cut off. */
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
        const message = messageSchema.safeParse(parsed(line));
        if (!message.success) return reject(JSON.stringify(line.slice(0, 80)));
        receive(message.data);
      }
    }
  } catch (error) {
    reject(reasonOf(error));
  }
}
