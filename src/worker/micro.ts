// The workload `micro` in the worker: one small operation, sampled by tinybench. Time, samples and warm-up come from the suite,
// since tinybench's defaults (64 runs, no samples kept) do not fit.
import { Bench } from 'tinybench';
import { roundMs } from '../contract/document-text.js';
import type { WorkloadOf } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { memoryAfter, type PassContext } from './pass.js';
import { iterationSeed, promptTokens } from './prompt.js';
import type { Job } from './protocol.js';
import { type Open, openOptions, type Runtime } from './runtimes/runtime.js';
import { openTokenizer } from './runtimes/transformers-js/library.js';

interface MicroContext extends Pick<PassContext, 'job' | 'send'> {
  workload: WorkloadOf<'micro'>;
  open: Open;
}

const TEXT =
  'The harness loads a small language model on this machine and measures how long it takes to read a prompt and to write an answer. ';
const REPEATS = 16;
/** Length of the KV cache in front of the single step. */
const STEP_DEPTH = 512;

export async function measureMicro({ job, workload, open, send }: MicroContext): Promise<void> {
  const operation = workload.task === 'tokenize' ? await tokenizeOperation(job) : await sessionOperation(job, open);
  const options = { ...operation.options, v8Flags: process.execArgv.join(' ') };
  send({ type: 'loaded', options, loadMs: operation.loadMs });
  send(memoryAfter('load'));
  send({ type: 'phase', phase: 'decode' });
  const bench = new Bench({
    time: workload.timeMs,
    iterations: workload.samples,
    warmupIterations: workload.warmup,
    warmupTime: 0,
    retainSamples: true,
    throws: true,
  });
  bench.add(workload.task, operation.run);
  const [task] = await bench.run();
  const result = task!.result;
  if (!('latency' in result) || result.latency.samples === undefined) {
    throw problem('runtime-failed', { runtime: job.key.runtime, reason: `tinybench ended in state "${result.state}"` });
  }
  send({ type: 'iteration', iteration: { kind: 'timed', sampleMs: [...result.latency.samples].map(roundMs) } });
  send(memoryAfter('decode'));
}

type Operation = Pick<Runtime, 'options' | 'loadMs'> & { run: () => unknown };

async function tokenizeOperation(job: Job): Promise<Operation> {
  const { encode, loadMs } = await openTokenizer(job.directory);
  const text = TEXT.repeat(REPEATS);
  return { run: () => encode(text), options: { characters: text.length, tokens: encode(text).length }, loadMs };
}

async function sessionOperation(job: Job, open: Open): Promise<Operation> {
  const runtime = await open({ ...openOptions(job), capacity: STEP_DEPTH + 1 });
  const step = runtime.repeatableStep;
  if (step === undefined)
    throw problem('runtime-failed', { runtime: job.key.runtime, reason: 'it cannot repeat a single step' });
  const tokens = promptTokens(iterationSeed(job.seed, job.round, 0), STEP_DEPTH + 1, job.vocabSize);
  await runtime.fillDepth(tokens.subarray(0, STEP_DEPTH));
  const run = () => step(tokens[STEP_DEPTH]!);
  return { run, options: { ...runtime.options, depth: STEP_DEPTH }, loadMs: runtime.loadMs };
}
