// `machine --self-test`: what watching a worker costs it, by iterations that are watched and not in turn, and whether its
// own times are those of a stopwatch outside. Nothing is stored.
import type { CaseKey } from '../contract/case-key.js';
import type { GenerateIteration, OkRound } from '../contract/result.js';
import { EdgeproofError, type Failure, problem } from '../errors.js';
import { measureClock } from '../machine/clock.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { openSources } from '../models/source.js';
import { plural } from '../report/format.js';
import { selfTestPage } from '../report/self-test-page.js';
import { prepareCheckpoint } from '../run/prepare.js';
import { blockCosts, isWatched, samplerCost, stopwatchCheck } from '../stats/observer.js';
import type { Job, RoundOptions } from '../worker/executor.js';
import { localExecutor } from '../worker/local-executor.js';
import { interruptible } from './signals.js';
import { createProgress, outputFormat, printPage, reportEvents } from './terminal.js';

const SUBJECT = { model: 'smollm2-135m', weights: 'synthetic', layout: 'tuned', dtype: 'q4' } as const;
const PROMPT = 16;
const LONG_GENERATION = 512;
const PROCESSES = 5;
const BLOCKS_EACH = 40;
/** Long enough for the samplers to strike in every watched iteration, short enough for a block to see the same machine. */
const ITERATION_MS = 250;
const TIMEOUT_SECONDS = 600;

export async function selfTest(options: { output: string }): Promise<number> {
  const format = outputFormat(options.output);
  const { threads } = automaticThreads(describeMachine());
  const signal = interruptible();
  const jobOf = await prepareJobs(threads, signal);
  const progress = createProgress();
  const limits = { timeoutSeconds: TIMEOUT_SECONDS, signal };

  progress.step(`timing ${LONG_GENERATION} tokens with a stopwatch outside`);
  const { check, tokensPerSecond } = await timeFromOutside(jobOf(LONG_GENERATION, 1), limits).finally(progress.clear);
  const tokens = Math.min(LONG_GENERATION, Math.max(16, Math.ceil((tokensPerSecond * ITERATION_MS) / 1000)));
  const costs: number[] = [];
  const spent = spentByThisProcess();
  for (let i = 0; i < PROCESSES; i++) {
    progress.step(`watching every other iteration · process ${i + 1} of ${PROCESSES}`);
    const job = { ...jobOf(tokens, 4 * BLOCKS_EACH), round: i };
    const options = { ...limits, observes: isWatched, onPhase: spent.begin, onIteration: spent.end };
    const round = await measured(job, options).finally(progress.clear);
    costs.push(...blockCosts(round.iterations as GenerateIteration[]));
  }
  const test = {
    subject: `${SUBJECT.model} · ${SUBJECT.layout} ${SUBJECT.dtype} · ${plural(threads, 'thread')}`,
    processes: PROCESSES,
    tokensPerIteration: tokens,
    samplers: samplerCost(costs)!,
    ownCores: spent.cores(),
    stopwatch: { ...check, tokens: LONG_GENERATION },
    clock: measureClock(),
  };
  printPage(selfTestPage(test), format);
  return test.samplers.outcome === 'fail' || test.stopwatch.outcome === 'fail' ? 1 : 0;
}

async function prepareJobs(threads: number, signal: AbortSignal) {
  const tokens = PROMPT + LONG_GENERATION;
  const { onEvent, end } = reportEvents();
  const options = { sources: openSources(), signal, onEvent };
  const { checkpoint, vocab } = await prepareCheckpoint({ key: SUBJECT, tokens, seed: 1 }, options).finally(end);
  return (generated: number, iterations: number): Job => {
    const workload: CaseKey['workload'] = { kind: 'generate', prompt: PROMPT, new: generated, depth: 0 };
    const key: CaseKey = { ...SUBJECT, runtime: 'onnxruntime', ep: 'cpu', threads, workload };
    const { directory, graph } = checkpoint;
    return { key, directory, graph, vocabSize: vocab!, round: 0, seed: 1, iterations, warmup: 1 };
  };
}

/** From the message of the first token to that of the finished iteration, the last one. */
async function timeFromOutside(job: Job, options: RoundOptions) {
  let started = 0;
  let outsideMs = 0;
  const round = await measured(job, {
    ...options,
    onPhase(phase) {
      if (phase === 'decode') started = performance.now();
    },
    onIteration() {
      outsideMs = performance.now() - started;
    },
  });
  const check = stopwatchCheck(round.iterations.at(-1) as GenerateIteration, outsideMs);
  return { check, tokensPerSecond: ((LONG_GENERATION - 1) * 1000) / check.insideMs };
}

/** Processor time of this process while a worker decodes, in cores: watching it and leaving it alone. */
function spentByThisProcess() {
  const sums = { watched: { cpuMs: 0, wallMs: 0 }, alone: { cpuMs: 0, wallMs: 0 } };
  let cpu = process.cpuUsage();
  let at = performance.now();
  return {
    begin() {
      cpu = process.cpuUsage();
      at = performance.now();
    },
    end(done: number) {
      const { user, system } = process.cpuUsage(cpu);
      const sum = sums[isWatched(done - 1) ? 'watched' : 'alone'];
      sum.cpuMs += (user + system) / 1000;
      sum.wallMs += performance.now() - at;
    },
    cores: () => ({ watched: sums.watched.cpuMs / sums.watched.wallMs, alone: sums.alone.cpuMs / sums.alone.wallMs }),
  };
}

async function measured(job: Job, options: RoundOptions): Promise<OkRound> {
  const round = await localExecutor()
    .round(job, options)
    .catch((error: unknown) => {
      throw options.signal?.aborted ? problem('interrupted', { resume: null }) : error;
    });
  if (round.status === 'failed') throw new EdgeproofError(round.failure as Failure);
  return round;
}
